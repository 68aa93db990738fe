package dev.caravan.provider.translation;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageDelta;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.ResponseDecoder;
import dev.caravan.provider.UpstreamReply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What replies become: why they ended, and with what status they failed. */
final class Replies {
    private static final int[] STATUSES = {400, 401, 402, 403, 404, 408, 409, 413, 422, 424, 429, 500, 502, 503, 504,
            529};
    private static final String OTHER = "anything else";

    private Replies() {}

    /** A dialect's whole replies, {@code WORD} standing for why they ended, and the words that it may be. */
    private record Endings(String column, String text, String call, List<String> words) {}

    private static final List<Endings> ENDINGS = List.of(
            new Endings("openai",
                    "{\"choices\":[{\"finish_reason\":\"WORD\",\"message\":{\"role\":\"assistant\",\"content\":\"a\"}}]}",
                    "{\"choices\":[{\"finish_reason\":\"WORD\",\"message\":{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]}}]}",
                    List.of("stop", "tool_calls", "function_call", "eos", "length", "max_tokens", "content_filter",
                            "sensitive", "model_length", "model_context_window_exceeded",
                            "insufficient_system_resource", "abort", "network_error", "error", OTHER)),
            new Endings("ollama",
                    "{\"message\":{\"role\":\"assistant\",\"content\":\"a\"},\"done\":true,\"done_reason\":\"WORD\"}",
                    "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"look\",\"arguments\":{}}}]},\"done\":true,\"done_reason\":\"WORD\"}",
                    List.of("stop", "length", "load", "unload", OTHER)),
            new Endings("gemini",
                    "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"WORD\"}]}",
                    "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"look\",\"args\":{}}}]},\"finishReason\":\"WORD\"}]}",
                    List.of("STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT",
                            "SPII", "MODEL_ARMOR", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
                            "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
                            "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "NO_IMAGE",
                            "IMAGE_OTHER", "OTHER", OTHER)),
            new Endings("bedrock, Converse",
                    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"a\"}]}},\"stopReason\":\"WORD\"}",
                    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"toolUse\":{\"toolUseId\":\"c\",\"name\":\"look\",\"input\":{}}}]}},\"stopReason\":\"WORD\"}",
                    List.of("end_turn", "tool_use", "max_tokens", "stop_sequence", "guardrail_intervened",
                            "content_filtered", "model_context_window_exceeded", "malformed_model_output",
                            "malformed_tool_use", OTHER)));

    /** The table of stop reasons. */
    static List<String> stopReasons() {
        List<String> lines = new ArrayList<>(
                List.of("| | the provider says | an answer | an answer with a call |", "| --- | --- | --- | --- |"));
        for (Endings endings : ENDINGS) {
            for (String word : endings.words()) {
                Target target = first(endings.column());
                String said = word.equals(OTHER) ? "UNHEARD_OF" : word;
                lines.add("| " + endings.column() + " | " + (word.equals(OTHER) ? word : "`" + word + "`") + " | "
                        + end(target, endings.text().replace("WORD", said)) + " | "
                        + end(target, endings.call().replace("WORD", said)) + " |");
            }
        }
        return lines;
    }

    /** The table of statuses, one for bodies that say nothing. */
    static List<String> statuses() {
        Map<String, Target> targets = new LinkedHashMap<>();
        for (String column : List.of("anthropic", "bedrock, Converse", "gemini", "ollama", "openai")) {
            targets.put(column, first(column));
        }
        List<String> lines = new ArrayList<>(List.of("| | " + String.join(" | ", targets.keySet()) + " |",
                "| --- |" + " --- |".repeat(targets.size())));
        for (int status : STATUSES) {
            StringBuilder line = new StringBuilder("| ").append(status);
            for (Target target : targets.values()) {
                ApiException failure = target.dialect().failure(
                        new UpstreamReply(Target.PROVIDER, status, Map.of(),
                                "no JSON".getBytes(StandardCharsets.UTF_8)));
                line.append(" | ").append(failure.status()).append(" `").append(failure.type().wireName()).append('`');
            }
            lines.add(line + " |");
        }
        return lines;
    }

    private static Target first(String column) {
        return Target.ALL.stream().filter(target -> target.column().equals(column)).findFirst().orElseThrow();
    }

    private static String end(Target target, String reply) {
        Call call = new Call();
        call.setRequest(RequestDecoder.decode(
                "{\"model\":\"m\",\"max_tokens\":9,\"stop_sequences\":[\"s\"],\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                ApiVersion.V2023_06_01));
        call.setTarget(new Call.Target(Target.PROVIDER, target.model()));
        List<MessageEvent> events = new ArrayList<>();
        ResponseDecoder decoder = target.dialect().decoder(call, events::add);
        try {
            decoder.message(reply.getBytes(StandardCharsets.UTF_8));
        } catch (ApiException e) {
            return "error " + e.status() + " `" + e.type().wireName() + "`";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return events.stream().filter(MessageDelta.class::isInstance).map(MessageDelta.class::cast)
                .map(delta -> "`" + delta.stopReason().wireName() + "`").findFirst().orElseThrow();
    }
}
