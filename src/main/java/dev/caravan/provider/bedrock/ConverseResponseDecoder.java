package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.EventSequencer;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.message.StopReason;
import dev.caravan.message.Text;
import dev.caravan.message.TokenEstimate;
import dev.caravan.message.Usage;
import dev.caravan.provider.ReplyValue;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.ToolNames;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Decodes the reply of Converse and ConverseStream.
 *
 * <p>
 * Of the blocks of a stream only a tool's begins with a start; text and reasoning begin with their first delta, which may be empty.
 * The message opens with the first that is not, so that an exception before it still finds a reply without a status. It ends when
 * both {@code messageStop} and {@code metadata}, which has the usage and comes behind it, are here, else with the stream's end; an
 * end before {@code messageStop} is an error. Not thread-safe.
 */
final class ConverseResponseDecoder implements ResponseDecoder {
    private final MessageStart opening;
    private final List<String> stopSequences;
    private final EventSequencer out;
    private final ConverseContentReader content;

    private String stopReason = "";
    private String stopSequence;
    private Usage usage;

    /**
     * A decoder of one reply.
     *
     * @param out takes the events
     * @param opening how the message opens
     * @param names the tools' names that the request was encoded with
     * @param stopSequences those of the request
     */
    ConverseResponseDecoder(Consumer<MessageEvent> out, MessageStart opening, ToolNames names, ModelId model,
            List<String> stopSequences) {
        this.opening = opening;
        this.stopSequences = stopSequences;
        this.out = new EventSequencer(out);
        this.content = new ConverseContentReader(this.out, opening, names, new Reasoning(model));
    }

    @Override
    public void event(String type, byte[] buffer, int offset, int length) throws IOException {
        if (out.finished()) {
            return;
        }
        switch (type) {
            case "contentBlockStart" -> content.start(buffer, offset, length);
            case "contentBlockDelta" -> content.delta(buffer, offset, length);
            case "contentBlockStop" -> content.stop(buffer, offset, length);
            case "messageStop", "metadata" -> ending(buffer, offset, length);
            default -> {
                // messageStart says nothing that is not known; what is new may be passed over
            }
        }
    }

    private void ending(byte[] buffer, int offset, int length) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            object(json);
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                ending(field, json);
            }
        }
        if (!stopReason.isEmpty() && usage != null) {
            finish();
        }
    }

    private void ending(String field, JsonParser json) throws IOException {
        switch (field) {
            case "stopReason" -> stopReason = ReplyValue.string(json);
            case "additionalModelResponseFields" -> additional(json);
            case "usage" -> usage = BedrockUsage.read(json);
            default -> json.skipChildren();
        }
    }

    @Override
    public void message(byte[] reply) throws IOException {
        try (JsonParser json = MessageJson.FACTORY.createParser(reply)) {
            object(json);
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("output") && value == JsonToken.START_OBJECT) {
                    output(json, reply);
                } else {
                    ending(field, json);
                }
            }
            if (json.nextToken() != null) {
                throw new IOException("more than a JSON object");
            }
        }
        if (stopReason.isEmpty()) {
            throw failure("the provider's reply holds no message");
        }
        finish();
    }

    private void output(JsonParser json, byte[] reply) throws IOException {
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            if (json.nextToken() != JsonToken.START_OBJECT || !field.equals("message")) {
                json.skipChildren();
                continue;
            }
            for (String part = json.nextFieldName(); part != null; part = json.nextFieldName()) {
                if (json.nextToken() == JsonToken.START_ARRAY && part.equals("content")) {
                    content.blocks(json, reply);
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    @Override
    public void end() {
        if (out.finished()) {
            return;
        }
        if (stopReason.isEmpty()) {
            throw failure("the provider ended its stream before the message did");
        }
        finish();
    }

    @Override
    public boolean finished() {
        return out.finished();
    }

    /** Which stop sequence was met, for models that tell: the request asks for it. */
    private void additional(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (field.equals("stop_sequence") && value == JsonToken.VALUE_STRING) {
                stopSequence = json.getText();
            }
            json.skipChildren();
        }
    }

    private void finish() {
        StopReason reason = reason();
        content.open();
        content.endReasoning();
        Usage total = usage == null ? estimate() : BedrockUsage.completed(usage, estimate());
        out.finish(reason, reason == StopReason.STOP_SEQUENCE ? met() : null, total);
    }

    private StopReason reason() {
        return switch (stopReason) {
            // A call is a call, and none is none, whatever the provider says: a client would wait for the other for ever.
            case "end_turn", "tool_use" -> out.toolUsed() ? StopReason.TOOL_USE : StopReason.END_TURN;
            case "max_tokens" -> StopReason.MAX_TOKENS;
            // The Messages API does not say that a stop sequence was met without saying which.
            case "stop_sequence" -> met() == null ? StopReason.END_TURN : StopReason.STOP_SEQUENCE;
            case "model_context_window_exceeded" -> StopReason.MODEL_CONTEXT_WINDOW_EXCEEDED;
            case "guardrail_intervened", "content_filtered" -> StopReason.REFUSAL;
            case "malformed_model_output", "malformed_tool_use" ->
                throw failure("the model's output was not well-formed: " + stopReason);
            default -> throw failure("the provider ended the message for a reason that is not known: "
                    + Text.excerpt(stopReason));
        };
    }

    /** The stop sequence that was met; null when several were asked for and the model does not tell. */
    private String met() {
        return stopSequence == null && stopSequences.size() == 1 ? stopSequences.getFirst() : stopSequence;
    }

    private Usage estimate() {
        return opening.usage().withOutputTokens(TokenEstimate.ofBytes(content.characters()));
    }

    static void object(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("not a JSON object");
        }
    }

    static ApiException failure(String message) {
        return new ApiException(502, ErrorType.API_ERROR, message);
    }
}
