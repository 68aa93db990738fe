package dev.caravan.message;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * One request on its way through the gateway: what the door knows of the client, what validation and routing found out, and how
 * it is going. Routes carry it as the exchange property {@value #PROPERTY}, where {@code ${exchangeProperty.caravanCall.model}}
 * and the like read it; what is read for every request has a property of its own, which costs less.
 *
 * <p>
 * The steps of a route write it one after the other; what other threads read (a ping, the access log) is volatile.
 */
public final class Call {
    /** The name of the exchange property. */
    public static final String PROPERTY = "caravanCall";

    private final String requestId;
    private final String messageId = Ids.message();
    private final long startNanos = System.nanoTime();
    private final Cancellation cancellation = new Cancellation();
    private final Signal completion = new Signal();
    private final Progress progress = new Progress();
    private final Map<String, String> replyHeaders = new ConcurrentSkipListMap<>(String.CASE_INSENSITIVE_ORDER);

    private volatile ApiVersion version = ApiVersion.V2023_06_01;
    private volatile List<String> betas = List.of();
    private volatile MessageRequest request;
    private volatile Target target;
    private volatile String client = "";
    private volatile boolean passThrough;
    private volatile boolean stream;
    private volatile Long seed;
    private volatile ReplyFormat replyFormat = ReplyFormat.MESSAGES_API;

    /** A call that begins now under a new request id. */
    public Call() {
        this(Ids.request());
    }

    /** A call that begins now. */
    public Call(String requestId) {
        this.requestId = requestId;
    }

    /** The id in the {@code request-id} header and in errors. */
    public String getRequestId() {
        return requestId;
    }

    /** The id of the message that answers, where Caravan makes the message. */
    public String getMessageId() {
        return messageId;
    }

    /** When the call began, on the clock of {@link System#nanoTime()}. */
    public long getStartNanos() {
        return startNanos;
    }

    public Cancellation getCancellation() {
        return cancellation;
    }

    public Progress getProgress() {
        return progress;
    }

    /** The version of the API that the client speaks. */
    public ApiVersion getVersion() {
        return version;
    }

    public void setVersion(ApiVersion version) {
        this.version = version;
    }

    /** The values of the client's {@code anthropic-beta} headers, as sent. */
    public List<String> getBetas() {
        return betas;
    }

    public void setBetas(List<String> betas) {
        this.betas = List.copyOf(betas);
    }

    /** The request, null before it has been validated. */
    public MessageRequest getRequest() {
        return request;
    }

    public void setRequest(MessageRequest request) {
        this.request = request;
    }

    /** The requested model's name, empty before the request has been validated. */
    public String getModel() {
        MessageRequest decoded = request;
        return decoded == null ? "" : decoded.model();
    }

    /** Whether the client wants events; false before the request has been validated. */
    public boolean isStream() {
        MessageRequest decoded = request;
        return stream || decoded != null && decoded.stream();
    }

    /** That the client wants events, though it sends no request of the API that could say so. */
    public void setStream(boolean stream) {
        this.stream = stream;
    }

    /** Where the request goes, null before it has been routed. */
    public Target getTarget() {
        return target;
    }

    public void setTarget(Target target) {
        this.target = target;
    }

    /** The name of the client's key, empty when keys have no names or are not asked for. */
    public String getClient() {
        return client;
    }

    public void setClient(String client) {
        this.client = client;
    }

    /** Whether the reply is the upstream's own bytes, so that Caravan must not mint events of its own but comments. */
    public boolean isPassThrough() {
        return passThrough;
    }

    public void setPassThrough(boolean passThrough) {
        this.passThrough = passThrough;
    }

    /**
     * What makes sampling repeatable, for models that have such a thing; null when the client did not say. The Messages API has no
     * such field: a door that has one tells it here, otherwise it is what the request holds beyond the API.
     */
    public Long getSeed() {
        MessageRequest decoded = request;
        return seed != null || decoded == null ? seed : decoded.seed();
    }

    public void setSeed(Long seed) {
        this.seed = seed;
    }

    /** How failures and silence are told to this client; that of the Messages API unless a door has another. */
    public ReplyFormat getReplyFormat() {
        return replyFormat;
    }

    public void setReplyFormat(ReplyFormat replyFormat) {
        this.replyFormat = replyFormat;
    }

    /**
     * Headers that the reply carries beside its own, such as an upstream's rate limits. Written before the reply begins; what comes
     * after a sign of life has been sent comes too late.
     */
    public Map<String, String> getReplyHeaders() {
        return replyHeaders;
    }

    /** Has the action run once, when the call is over, however it ended; at once when it is already. */
    public void onComplete(Runnable action) {
        completion.add(action);
    }

    /** The call is over: its reply has been sent, or there is nobody left to send it to. Later calls do nothing. */
    public void complete() {
        completion.raise();
    }

    /** The event that opens the message, from what is known before the provider has said anything. */
    public MessageEvent.MessageStart messageStart() {
        MessageRequest decoded = request;
        long input = decoded == null ? 1 : decoded.estimatedInputTokens();
        return new MessageEvent.MessageStart(messageId, getModel(), Usage.of(input, 1));
    }

    /**
     * A provider and the model's name there.
     *
     * @param provider the provider's name in the configuration
     * @param model the model as the provider calls it
     */
    public record Target(String provider, String model) {
        @Override
        public String toString() {
            return provider + "/" + model;
        }
    }
}
