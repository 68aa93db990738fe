package dev.caravan.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;

/** Fetches the results of a batch that has ended, one JSON object a line. */
final class BatchResults {
    private static final int OK = 200;
    /** An answer of the Messages API and what is around it. */
    private static final int LONGEST_LINE = 64 << 20;
    private static final JsonFactory JSON = new JsonFactory();

    private final GatewayClient gateway;

    /** Takes the results. */
    @FunctionalInterface
    interface Sink {
        /** Takes one, without a line feed. */
        void line(byte[] json) throws CommandFailure, IOException;
    }

    BatchResults(GatewayClient gateway) {
        this.gateway = gateway;
    }

    /**
     * Copies them as they come.
     *
     * @return how many there were of which type
     * @throws CommandFailure when they are not complete
     * @throws IOException when they cannot be written
     */
    BatchCounts copy(MessageBatch batch, Sink to) throws CommandFailure, IOException, InterruptedException {
        // Not the results_url of the answer: the key is for this server alone.
        HttpRequest request = gateway.request("/v1/messages/batches/" + batch.id() + "/results")
                .header("accept", "application/x-jsonl, application/binary").build();
        try (ReplyBody body = new ReplyBody(gateway.silence())) {
            HttpResponse<ReplyBody> reply = gateway.send(request, body);
            if (reply.statusCode() != OK) {
                throw new CommandFailure(gateway.refusal(reply));
            }
            BatchCounts counts = copy(body, to);
            long expected = batch.counts().total();
            if (counts.total() != expected) {
                throw new CommandFailure("the results are not complete: " + BatchCounts.number(counts.total()) + " of "
                        + BatchCounts.number(expected) + " came");
            }
            return counts;
        } catch (NobodyListensException e) {
            throw new CommandFailure(gateway.nobody());
        }
    }

    private static BatchCounts copy(ReplyBody body, Sink to) throws CommandFailure, IOException {
        LineReader lines = new LineReader(new ReplyStream(body), LONGEST_LINE);
        BatchCounts counts = BatchCounts.NONE;
        Optional<byte[]> line = next(lines, counts);
        while (line.isPresent()) {
            if (line.get().length > 0) {
                counts = counts.plus(type(line.get(), lines.number()));
                to.line(line.get());
            }
            line = next(lines, counts);
        }
        return counts;
    }

    private static Optional<byte[]> next(LineReader lines, BatchCounts soFar) throws CommandFailure {
        try {
            return lines.next();
        } catch (IOException e) {
            throw new CommandFailure("the results were cut off after " + soFar + ": " + NetworkFailure.of(e).text());
        }
    }

    /** The type of a result: {@code {"custom_id":…,"result":{"type":…}}}. */
    private static String type(byte[] line, int number) throws CommandFailure {
        try (JsonParser json = JSON.createParser(line)) {
            Optional<String> type = Optional.empty();
            if (json.nextToken() == JsonToken.START_OBJECT) {
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    boolean isResult = json.currentName().equals("result");
                    if (json.nextToken() == JsonToken.START_OBJECT && isResult) {
                        type = typeOfResult(json);
                    } else {
                        json.skipChildren();
                    }
                }
            }
            if (type.isPresent()) {
                return type.get();
            }
        } catch (IOException e) {
            // told below
        }
        throw new CommandFailure("the results were cut off or damaged: line " + number + " is no result");
    }

    private static Optional<String> typeOfResult(JsonParser json) throws IOException {
        Optional<String> type = Optional.empty();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            boolean isType = json.currentName().equals("type");
            if (json.nextToken() == JsonToken.VALUE_STRING && isType) {
                type = Optional.of(json.getText());
            } else {
                json.skipChildren();
            }
        }
        return type;
    }
}
