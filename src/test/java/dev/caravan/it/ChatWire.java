package dev.caravan.it;

/** Texts of an upstream that speaks chat completions, as the wire has them. */
final class ChatWire {
    static final String USAGE = "{\"prompt_tokens\":30,\"completion_tokens\":9,\"total_tokens\":39,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":10}}";

    private ChatWire() {}

    /** A chunk whose one choice has this delta, an object's JSON. */
    static String delta(String json) {
        return chunk("[{\"index\":0,\"delta\":" + json + ",\"finish_reason\":null}]", "null");
    }

    /** A delta of text; it goes into JSON as it is. */
    static String text(String text) {
        return delta("{\"content\":\"" + text + "\"}");
    }

    /** A piece of a tool call: its beginning. The arguments are the text inside a JSON string. */
    static String call(int index, String id, String name, String arguments) {
        return delta("{\"tool_calls\":[{\"index\":" + index + ",\"id\":\"" + id + "\",\"type\":\"function\","
                + "\"function\":{\"name\":\"" + name + "\",\"arguments\":\"" + arguments + "\"}}]}");
    }

    /** A piece of a tool call: more of its arguments. */
    static String arguments(int index, String arguments) {
        return delta("{\"tool_calls\":[{\"index\":" + index + ",\"function\":{\"arguments\":\"" + arguments
                + "\"}}]}");
    }

    /** The chunks that end a message: the reason, the usage, the end of the stream. */
    static String end(String finishReason) {
        return chunk("[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + finishReason + "\"}]", "null")
                + chunk("[]", USAGE) + "data: [DONE]\n\n";
    }

    /** A whole reply that did not stream. */
    static String completion(String message, String finishReason) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"gpt-up\",\"choices\":"
                + "[{\"index\":0,\"message\":" + message + ",\"finish_reason\":\"" + finishReason + "\"}],\"usage\":"
                + USAGE + "}";
    }

    private static String chunk(String choices, String usage) {
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-up\","
                + "\"choices\":" + choices + ",\"usage\":" + usage + "}\n\n";
    }
}
