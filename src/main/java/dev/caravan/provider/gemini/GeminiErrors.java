package dev.caravan.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import dev.caravan.provider.UpstreamReply;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Gemini's failures in the Messages API's terms: a {@code google.rpc.Status} under {@code error}, at times in an array of one.
 * Its own words reach the client, but for what looks like a key. When it tells how long to wait, so does the reply.
 *
 * @see <a href="https://cloud.google.com/apis/design/errors">Google: Errors of its APIs</a>
 * @see <a href="https://ai.google.dev/gemini-api/docs/troubleshooting">Gemini API: Troubleshooting</a>
 */
final class GeminiErrors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BAD_GATEWAY = 502;
    private static final int MAX_MESSAGE = 500;
    /** More than is shown, so that a key which is cut off at the end is still recognised. */
    private static final int MAX_EXAMINED = 4 * MAX_MESSAGE;
    private static final int MOST_RETRY_SECONDS = 7 * 24 * 60 * 60;

    /** Google's keys and tokens, and whatever follows the word Bearer. */
    private static final Pattern KEY = Pattern
            .compile("(?i:\\bbearer)\\s+\\S{8,}|\\b(?:AIza|AQ\\.|ya29\\.)[\\w*.-]{8,}");
    private static final Pattern DELAY = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?s");

    private GeminiErrors() {}

    /**
     * The failure that an HTTP error stands for. A refused credential is Caravan's own, also where Gemini calls that an invalid
     * argument, so the client is told of a bad gateway and not that its key is wrong.
     */
    static ApiException ofResponse(UpstreamReply reply) {
        JsonNode error = error(reply.body(), 0, reply.body().length);
        String name = "provider \"" + reply.provider() + "\"";
        int status = reply.status();
        String words = words(error);
        if (words.isEmpty()) {
            words = plain(reply.body());
        }
        if (status == 401 || status == 403 || status == 400 && keyRefused(error)) {
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, name + " refused Caravan's own credential (HTTP "
                    + status + ")" + (words.isEmpty() ? "" : ": " + words));
        }
        String message = words.isEmpty() ? name + " answered with HTTP " + status + " and no reason" : words;
        if (status < 400) {
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, message);
        }
        return new ApiException(ErrorType.ofStatus(status), message).header("retry-after", retryAfter(error));
    }

    /**
     * The failure that is told in a reply that began well, where only a code stands for the status.
     *
     * @param buffer holds JSON with an {@code error} in it
     */
    static ApiException inReply(byte[] buffer, int offset, int length) {
        JsonNode error = error(buffer, offset, length);
        String words = words(error);
        String message = words.isEmpty() ? "the provider reported an error without a reason" : words;
        ApiException failure = switch (code(error)) {
            case 429 -> new ApiException(ErrorType.RATE_LIMIT_ERROR, message);
            case 503, 529 -> new ApiException(ErrorType.OVERLOADED_ERROR, message);
            case 504 -> new ApiException(ErrorType.TIMEOUT_ERROR, message);
            default -> new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, message);
        };
        return failure.header("retry-after", retryAfter(error));
    }

    /** The failure that text beside a stream's events tells, null when it is no error of Gemini's. */
    static ApiException unframed(byte[] text) {
        return error(text, 0, text.length).isMissingNode() ? null : inReply(text, 0, text.length);
    }

    /** A reply that does not keep to the dialect. */
    static ApiException broken(String problem) {
        return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, problem);
    }

    /** The first {@code error} of an object or of an array of objects; missing when there is none. */
    private static JsonNode error(byte[] buffer, int offset, int length) {
        try {
            JsonNode root = JSON.readTree(buffer, offset, length);
            if (root != null && root.isArray()) {
                for (JsonNode element : root) {
                    if (element.hasNonNull("error")) {
                        return element.get("error");
                    }
                }
                return MissingNode.getInstance();
            }
            return root != null && root.hasNonNull("error") ? root.get("error") : MissingNode.getInstance();
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static String words(JsonNode error) {
        return readable(error.isTextual() ? error.asText() : error.path("message").asText(""));
    }

    /** The HTTP status that the error would have had, 0 when that is not told. */
    private static int code(JsonNode error) {
        int code = error.path("code").asInt(0);
        if (code >= 400 && code < 600) {
            return code;
        }
        return switch (error.path("status").asText("")) {
            case "RESOURCE_EXHAUSTED" -> 429;
            case "UNAVAILABLE" -> 503;
            case "DEADLINE_EXCEEDED" -> 504;
            default -> 0;
        };
    }

    private static boolean keyRefused(JsonNode error) {
        for (JsonNode detail : error.path("details")) {
            if (detail.path("reason").asText("").startsWith("API_KEY_")) {
                return true;
            }
        }
        return false;
    }

    /** {@code RetryInfo}: a duration in seconds, such as {@code 34.4s}, as whole seconds that are not too few. */
    private static String retryAfter(JsonNode error) {
        for (JsonNode detail : error.path("details")) {
            String delay = detail.path("retryDelay").asText("");
            if (DELAY.matcher(delay).matches()) {
                BigDecimal seconds = new BigDecimal(delay.substring(0, delay.length() - 1));
                long whole = seconds.setScale(0, RoundingMode.CEILING).longValue();
                return Long.toString(Math.min(MOST_RETRY_SECONDS, whole));
            }
        }
        return null;
    }

    /** A body that is no JSON, if it is made to be read by people who have no browser. */
    private static String plain(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        return text.startsWith("<") ? "" : readable(text);
    }

    private static String readable(String message) {
        String start = message.length() > MAX_EXAMINED ? message.substring(0, MAX_EXAMINED) : message;
        String line = start.replaceAll("\\s+", " ").strip();
        return Text.excerpt(KEY.matcher(line).replaceAll("[redacted]"), MAX_MESSAGE);
    }
}
