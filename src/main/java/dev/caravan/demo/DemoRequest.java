package dev.caravan.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the engine takes from the request line of the exec protocol ({@code docs/exec-protocol.md}). Fields that it does not know
 * or need are ignored.
 *
 * @param prompt the text of the last user message, its tool results included; empty if it has none
 * @param prefill the text that the last message begins the answer with, when that is the assistant's; otherwise empty
 * @param toolCall the tool to be called instead of an answer in words, or null
 * @param sampling temperature, top-p and top-k
 * @param maxTokens the most tokens to write
 * @param stopSequences the texts that end the answer
 * @param inputTokens how many tokens the texts of system, messages and tools have, and one for the start of the answer
 * @param seed depends on the content of the request: model, system, messages, tools, tool_choice, temperature, top_p and top_k,
 *        and on nothing else. A smaller max_tokens or a stop sequence cuts the same text short.
 */
record DemoRequest(String prompt, String prefill, ToolCall toolCall, Sampler.Sampling sampling, long maxTokens,
        List<String> stopSequences,
        int inputTokens, long seed) {

    private static final String[] SEEDING = {"model", "system", "messages", "tools", "tool_choice", "temperature",
            "top_p",
            "top_k"};
    /** Claude Code puts notes of its own, which name its tools, beside the words of the user. */
    private static final String REMINDER = "<system-reminder>";

    /**
     * Reads a request line.
     *
     * @throws JsonException if it is not JSON or not a request of type {@code generate}, or a field has the wrong type; the
     *         message names the field
     */
    static DemoRequest read(String line) throws JsonException {
        if (!(JsonReader.read(line) instanceof Map<?, ?> request)) {
            throw new JsonException("the request line: expected a JSON object");
        }
        if (!"generate".equals(request.get("type"))) {
            throw new JsonException("type: expected \"generate\"");
        }
        List<?> messages = list(request.get("messages"), "messages");
        List<?> tools = list(request.get("tools"), "tools");
        StringBuilder prompt = new StringBuilder();
        StringBuilder results = new StringBuilder();
        lastUserTexts(messages, prompt, results);
        ToolCall toolCall = ToolCall.wanted(tools, request.get("tool_choice"), prompt.toString(), !results.isEmpty());
        double topK = number(request, "top_k", 0);
        Sampler.Sampling sampling = new Sampler.Sampling(number(request, "temperature", 1), number(request, "top_p", 1),
                topK < 1 ? Long.MAX_VALUE : (long) topK);
        long maxTokens = (long) number(request, "max_tokens", Long.MAX_VALUE);
        int inputTokens = 1 + tokens(request.get("system")) + tokens(messages) + tokens(tools);
        return new DemoRequest(prompt.append(results).toString(), prefill(messages), toolCall, sampling, maxTokens,
                stopSequences(request),
                inputTokens, seed(request));
    }

    /** Collects the texts of the last message of the user: of its text blocks, and of its tool results, each after a line end. */
    private static void lastUserTexts(List<?> messages, StringBuilder prompt, StringBuilder results)
            throws JsonException {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (!(messages.get(i) instanceof Map<?, ?> message)) {
                throw new JsonException("messages: expected an array of objects");
            }
            if ("user".equals(message.get("role"))) {
                for (Object block : list(message.get("content"), "messages.content")) {
                    if (block instanceof Map<?, ?> part && "tool_result".equals(part.get("type"))) {
                        results.append('\n');
                        texts(part.get("content"), results);
                    } else {
                        texts(block, prompt);
                    }
                }
                return;
            }
        }
    }

    private static String prefill(List<?> messages) throws JsonException {
        StringBuilder prefill = new StringBuilder();
        if (!messages.isEmpty() && messages.getLast() instanceof Map<?, ?> last
                && "assistant".equals(last.get("role"))) {
            for (Object block : list(last.get("content"), "messages.content")) {
                if (block instanceof Map<?, ?> part && "text".equals(part.get("type"))
                        && part.get("text") instanceof String text) {
                    prefill.append(text);
                }
            }
        }
        return prefill.toString();
    }

    /** Appends a text, the text of a text block, or those of a list of them. */
    private static void texts(Object content, StringBuilder out) {
        if (content instanceof List<?> blocks) {
            for (Object block : blocks) {
                texts(block, out);
            }
        } else if (content instanceof Map<?, ?> block) {
            texts("text".equals(block.get("type")) ? block.get("text") : null, out);
        } else if (content instanceof String text && !text.startsWith(REMINDER)) {
            out.append('\n').append(text);
        }
    }

    /** Counts the tokens of all texts in a value, leaving out what is no text: types, ids, and the data of images. */
    private static int tokens(Object value) {
        int count = 0;
        if (value instanceof String text) {
            count = Pieces.count(text);
        } else if (value instanceof List<?> items) {
            for (Object item : items) {
                count += tokens(item);
            }
        } else if (value instanceof Map<?, ?> members) {
            for (Map.Entry<?, ?> member : members.entrySet()) {
                switch ((String) member.getKey()) {
                    case "type", "role", "id", "tool_use_id", "cache_control", "source", "signature", "data" :
                        break;
                    default :
                        count += tokens(member.getValue());
                }
            }
        }
        return count;
    }

    private static List<String> stopSequences(Map<?, ?> request) throws JsonException {
        List<String> sequences = new ArrayList<>();
        for (Object sequence : list(request.get("stop_sequences"), "stop_sequences")) {
            if (!(sequence instanceof String text)) {
                throw new JsonException("stop_sequences: expected an array of strings");
            }
            sequences.add(text);
        }
        return sequences;
    }

    private static List<?> list(Object value, String field) throws JsonException {
        if (value instanceof List<?> list) {
            return list;
        }
        if (value != null) {
            throw new JsonException(field.concat(": expected an array"));
        }
        return new ArrayList<>();
    }

    private static double number(Map<?, ?> object, String key, double otherwise) throws JsonException {
        Object value = object.get(key);
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value != null) {
            throw new JsonException(key.concat(": expected a number"));
        }
        return otherwise;
    }

    private static long seed(Map<?, ?> request) {
        // FNV-1a, 64 bits (draft-eastlake-fnv): nothing here needs a cryptographic hash, which takes longer to load
        long hash = 0xcbf29ce484222325L;
        StringBuilder content = new StringBuilder();
        for (String key : SEEDING) {
            JsonWriter.write(sorted(request.get(key)), content).append('\n');
        }
        for (int i = 0; i < content.length(); i++) {
            hash = (hash ^ content.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The same value with the keys of all its objects in alphabetical order. */
    private static Object sorted(Object value) {
        if (value instanceof Map<?, ?> members) {
            Map<String, Object> copy = new TreeMap<>();
            for (Map.Entry<?, ?> member : members.entrySet()) {
                copy.put((String) member.getKey(), sorted(member.getValue()));
            }
            return copy;
        }
        if (value instanceof List<?> items) {
            List<Object> copy = new ArrayList<>(items.size());
            for (Object item : items) {
                copy.add(sorted(item));
            }
            return copy;
        }
        return value;
    }
}
