package dev.caravan.bench;

import java.util.Map;

/**
 * Something that is measured.
 *
 * @param name         its name in options and results
 * @param description  what it is and how it was set up, for the report
 * @param port         where it listens on 127.0.0.1
 * @param path         {@link Reply#OPENAI_PATH} or {@link Reply#ANTHROPIC_PATH}; tells the dialect of the request too
 * @param modelPrefix  what stands before the upstream's model name in a request
 * @param child        its process
 * @param readySeconds from the start of the process to the first answer, polled every 10 ms
 */
record Target(String name, String description, int port, String path, String modelPrefix, Child child,
        double readySeconds) {

    private static final String SYSTEM = "You are a guide who knows the old trade routes. Answer in plain words, name the places, "
            + "say how far it is from one to the next and where there is water. When something is not known, say so.";
    private static final String QUESTION = "We leave on the first day of the month with forty camels, each with two hundredweight of "
            + "salt. Which way do we take, how many days are there between the wells, and where do we rest in the heat of the day?";

    /** A request for this script. */
    String body(Script script, boolean stream) {
        String start = "{\"model\":\"" + modelPrefix + script.model() + "\",\"max_tokens\":1024,\"stream\":" + stream
                + ",";
        String user = "{\"role\":\"user\",\"content\":\"" + QUESTION + "\"}]}";
        if (path.equals(Reply.ANTHROPIC_PATH)) {
            return start + "\"system\":\"" + SYSTEM + "\",\"messages\":[" + user;
        }
        return start + (stream ? "\"stream_options\":{\"include_usage\":true}," : "")
                + "\"messages\":[{\"role\":\"system\",\"content\":\""
                + SYSTEM + "\"}," + user;
    }

    /** The headers of a request. */
    Map<String, String> headers() {
        return Map.of("content-type", "application/json", "x-api-key", "bench", "anthropic-version", "2023-06-01");
    }

    /** A load of JSON requests, to start from. */
    Load json(Script script, int clients, int total, double seconds) {
        return new Load(port, path, headers(), body(script, false), clients, 0, total, seconds, 10, 0, 0);
    }

    /** A load of streams, to start from. */
    Load streams(Script script, int clients, int rampMillis, int total, double seconds) {
        return new Load(port, path, headers(), body(script, true), clients, rampMillis, total, seconds, 20, 0,
                script.tokens());
    }
}
