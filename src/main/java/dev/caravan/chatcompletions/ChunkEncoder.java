package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.ContentBlockDelta;
import dev.caravan.message.MessageEvent.ContentBlockStart;
import dev.caravan.message.MessageEvent.ContentBlockStop;
import dev.caravan.message.MessageEvent.InputJsonDelta;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.MessageEvent.MessageStop;
import dev.caravan.message.MessageEvent.Ping;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageEvent.SignatureDelta;
import dev.caravan.message.MessageEvent.TextDelta;
import dev.caravan.message.MessageEvent.ThinkingDelta;
import dev.caravan.message.MessageEvent.ToolUseBlock;
import dev.caravan.message.MessageJson;
import dev.caravan.sse.SseFrames;
import dev.caravan.sse.SseWriter;
import java.io.IOException;
import java.util.Arrays;

/**
 * Tells the events of one message as chunks of a chat completion. Reasoning goes into {@code reasoning_content}, as DeepSeek has
 * it; redacted reasoning, signatures and what only Anthropic has are left out. Not thread-safe; one encodes one message.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat-streaming">OpenAI: chat completion chunk</a>
 */
final class ChunkEncoder {
    private static final byte[] DONE = ascii("[DONE]");
    private static final byte[] NO_REASON = ascii(",\"logprobs\":null,\"finish_reason\":null}]");
    private static final byte[] NO_USAGE = ascii(",\"usage\":null}");
    private static final byte[] END = ascii("}");

    private final boolean includeUsage;
    private final boolean functions;
    private final long created;
    private final SseWriter out = new SseWriter();

    private String id;
    private String model;
    /** A chunk up to its delta. */
    private byte[] head;
    private ChatUsage usage = ChatUsage.NONE;
    private int calls;
    /** Whether the open block is a call; tools that run at the upstream have input as well. */
    private boolean inCall;
    /** The input that the open call has if none follows; null when something did, or when no call is open. */
    private String pendingInput;
    private boolean finished;
    private boolean done;

    /** @param created when the reply was made, in seconds since 1970 */
    ChunkEncoder(boolean includeUsage, boolean functions, long created) {
        this.includeUsage = includeUsage;
        this.functions = functions;
        this.created = created;
    }

    /**
     * The frames that tell an event; none when it has no counterpart.
     *
     * @throws ApiException when the event tells a failure, or is not what the Messages API says it is
     */
    SseFrames encode(MessageEvent event) {
        out.clear();
        switch (event) {
            case ContentBlockDelta delta -> {
                switch (delta.delta()) {
                    case TextDelta text -> text(text.text());
                    case ThinkingDelta thinking -> reasoning(thinking.thinking());
                    case InputJsonDelta input -> input(input.partialJson());
                    case SignatureDelta signature -> {
                    }
                }
            }
            case ContentBlockStart start when start.block() instanceof ToolUseBlock call ->
                call(call.id(), call.name(), "{}");
            case ContentBlockStart start -> {
            }
            case ContentBlockStop stop -> endOfBlock();
            case MessageStart start -> start(start.id(), start.model(), ChatUsage.of(start.usage()));
            case MessageDelta delta -> finish(delta.stopReason().wireName(), ChatUsage.of(delta.usage()));
            case MessageStop stop -> end();
            case RawEvent raw -> RawEvents.tell(raw, this);
            case Ping ping -> {
            }
            case RawMessage raw -> throw new IllegalArgumentException("a whole message is no event of a stream");
        }
        return new SseFrames(out.toByteArray(), done);
    }

    ChatUsage usage() {
        return usage;
    }

    void start(String messageId, String name, ChatUsage so) {
        id = ChatNames.completionId(messageId);
        model = name;
        usage = so;
        head = MessageJson.write(json -> {
            opening(json);
            json.writeArrayFieldStart("choices");
            json.writeStartObject();
            json.writeNumberField("index", 0);
            json.writeObjectFieldStart("delta");
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndArray();
        });
        head = Arrays.copyOf(head, head.length - "{}}]}".length());
        chunk(ascii("{\"role\":\"assistant\",\"content\":\"\"}"));
    }

    private void opening(JsonGenerator json) throws IOException {
        json.writeStringField("id", id);
        json.writeStringField("object", "chat.completion.chunk");
        json.writeNumberField("created", created);
        json.writeStringField("model", model);
        usage.writeTierTo(json);
    }

    void text(String text) {
        if (!text.isEmpty()) {
            chunk(join(ascii("{\"content\":"), MessageJson.quoted(text), END));
        }
    }

    void reasoning(String text) {
        if (!text.isEmpty()) {
            chunk(join(ascii("{\"reasoning_content\":"), MessageJson.quoted(text), END));
        }
    }

    void refusal(String text) {
        chunk(join(ascii("{\"refusal\":"), MessageJson.quoted(text), END));
    }

    /** Begins a call. */
    void call(String callId, String name, String input) {
        if (functions && calls > 0) {
            throw ChatNames.secondCall();
        }
        calls++;
        inCall = true;
        pendingInput = input;
        chunk(functions ? MessageJson.write(json -> {
            json.writeObjectFieldStart("function_call");
            json.writeStringField("name", name);
            json.writeStringField("arguments", "");
            json.writeEndObject();
        }) : MessageJson.write(json -> {
            json.writeArrayFieldStart("tool_calls");
            json.writeStartObject();
            json.writeNumberField("index", calls - 1);
            json.writeStringField("id", callId);
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", name);
            json.writeStringField("arguments", "");
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndArray();
        }));
    }

    /** More of the input of the open call; ignored when none is open. */
    void input(String fragment) {
        if (fragment.isEmpty() || !inCall) {
            return;
        }
        pendingInput = null;
        byte[] arguments = join(ascii("{\"arguments\":"), MessageJson.quoted(fragment), END);
        chunk(functions
                ? join(ascii("{\"function_call\":"), arguments, END)
                : join(ascii("{\"tool_calls\":[{\"index\":" + (calls - 1) + ",\"function\":"), arguments,
                        ascii("}]}")));
    }

    /** A call without input has an empty object in this API, not nothing. */
    void endOfBlock() {
        if (pendingInput != null) {
            input(pendingInput);
        }
        pendingInput = null;
        inCall = false;
    }

    void finish(String stopReason, ChatUsage total) {
        usage = total;
        finished = true;
        byte[] reason = MessageJson.quoted(ChatNames.finishReason(stopReason, functions));
        data(join(started(), ascii("{},\"logprobs\":null,\"finish_reason\":"), reason, ascii("}]"),
                includeUsage ? NO_USAGE : END));
    }

    void end() {
        if (!finished) {
            throw new ApiException(502, ErrorType.API_ERROR, "the message ended without a stop reason");
        }
        if (includeUsage) {
            data(MessageJson.write(json -> {
                opening(json);
                json.writeArrayFieldStart("choices");
                json.writeEndArray();
                usage.writeTo(json);
            }));
        }
        data(DONE);
        done = true;
    }

    private void chunk(byte[] delta) {
        data(join(started(), delta, NO_REASON, includeUsage ? NO_USAGE : END));
    }

    private byte[] started() {
        if (head == null) {
            throw new ApiException(502, ErrorType.API_ERROR, "the stream did not begin with the start of a message");
        }
        return head;
    }

    private void data(byte[] json) {
        out.data(json, 0, json.length);
    }

    private static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(UTF_8);
    }
}
