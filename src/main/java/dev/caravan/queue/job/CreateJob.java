package dev.caravan.queue.job;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.caravan.message.ApiException;
import dev.caravan.message.Call;
import dev.caravan.message.MessageRequest;
import dev.caravan.queue.store.Job;
import dev.caravan.queue.store.JobStore;
import dev.caravan.queue.store.JobWakeup;
import dev.caravan.queue.store.NewJob;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Makes a job of a request that has been validated and routed, and the reply that says so. The wake-up that is to be sent is the
 * exchange property {@value #WAKEUP} then. Thread-safe.
 */
public final class CreateJob implements Processor {
    /** The exchange property. */
    static final String WAKEUP = "caravanJobWakeup";

    private static final byte[] TRUE = "true".getBytes(US_ASCII);
    private static final byte[] STREAM = "\"stream\":true,".getBytes(US_ASCII);

    private static final int MAX_BETAS = 4_000;

    private final JobStore store;
    private final UnaryOperator<String> lanes;
    private Duration life = Duration.ofHours(24);

    /** @param lanes the queue that requests of a model go to */
    public CreateJob(JobStore store, UnaryOperator<String> lanes) {
        this.store = store;
        this.lanes = lanes;
    }

    /** After which time a job expires; 24 h by default. */
    public void setLife(Duration life) {
        this.life = life;
    }

    /** @throws ApiException 400 when the client speaks of more betas than are kept */
    @Override
    public void process(Exchange exchange) {
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        if (String.join(",", call.getBetas()).length() > MAX_BETAS) {
            throw ApiException.invalid("anthropic-beta",
                    "longer than the " + MAX_BETAS + " characters that a job keeps");
        }
        JobWakeup wakeup = store.create(new NewJob(call.getClient(), call.getVersion(), call.getBetas(),
                lanes.apply(call.getModel()), life, streaming(call.getRequest())));
        exchange.setProperty(WAKEUP, wakeup);
        Job job = store.find(wakeup.id(), call.getClient()).orElseThrow();
        Map<String, String> headers = call.getReplyHeaders();
        headers.put("location", "/v1/jobs/" + job.id());
        headers.put("preference-applied", "respond-async");
        Message message = exchange.getMessage();
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
        message.setBody(JobJson.of(job, null));
    }

    /** A job's answer is asked for as a stream whatever its client has said, so that it can be followed. */
    private static byte[] streaming(MessageRequest request) {
        byte[] body = request.body();
        if (request.stream()) {
            return body;
        }
        return JsonMember.find(body, "stream").map(member -> member.replace(body, TRUE)).orElseGet(() -> first(body));
    }

    /** Behind the brace; a valid request has further members. */
    private static byte[] first(byte[] body) {
        int brace = 0;
        while (body[brace] != '{') {
            brace++;
        }
        return new JsonMember(brace + 1, brace + 1).replace(body, STREAM);
    }
}
