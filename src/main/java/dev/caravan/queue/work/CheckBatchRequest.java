package dev.caravan.queue.work;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Refuses what the Messages API takes and a batch does not: a stream, the fast mode, no output. Everything else about the request is
 * checked when it is decoded. Thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/batch-processing">Anthropic: Batch processing</a>
 */
public final class CheckBatchRequest implements Processor {
    /** @throws ApiException 400 naming the field */
    @Override
    public void process(Exchange exchange) {
        byte[] params = exchange.getMessage().getBody(byte[].class);
        try (JsonParser parser = MessageJson.FACTORY.createParser(params)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                check(parser.currentName(), parser.nextToken(), parser);
                parser.skipChildren();
            }
        } catch (IOException e) {
            // the decoder tells what is wrong with it
        }
    }

    private static void check(String field, JsonToken value, JsonParser parser) throws IOException {
        switch (field) {
            case "stream" -> refuse(value == JsonToken.VALUE_TRUE, field, "a request of a batch cannot stream");
            case "speed" -> refuse(value != JsonToken.VALUE_NULL, field, "not available in a batch");
            case "max_tokens" -> refuse(value == JsonToken.VALUE_NUMBER_INT && parser.getLongValue() == 0, field,
                    "must be at least 1 in a batch");
            default -> {
            }
        }
    }

    private static void refuse(boolean wrong, String field, String problem) {
        if (wrong) {
            throw ApiException.invalid(field, problem);
        }
    }
}
