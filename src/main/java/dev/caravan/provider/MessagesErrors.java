package dev.caravan.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * The failures of an upstream that speaks the Messages API itself, as the client is told of them: its own envelope, byte for byte,
 * where it is one, since clients such as Claude Code act on its wording. A refusal of Caravan's own credential is Caravan's failure,
 * not the client's.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/errors">Anthropic: Errors</a>
 */
public final class MessagesErrors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final int LONGEST_MESSAGE = 500;

    private MessagesErrors() {}

    /** The failure that an HTTP status of 300 or more tells. */
    public static ApiException ofReply(UpstreamReply reply) {
        int status = reply.status();
        if (status == 401 || status == 403) {
            return refused(reply.provider(), " (HTTP " + status + ")");
        }
        JsonNode envelope = envelope(reply.body());
        String message = envelope == null
                ? "provider " + reply.provider() + " answered HTTP " + status
                : message(envelope);
        ErrorType type = ErrorType.ofStatus(status);
        return switch (status) {
            case 408, 502, 503 -> new ApiException(type, message);
            default -> envelope == null || status < 400
                    ? new ApiException(status < 400 ? 502 : type.status(), type, message)
                    : ApiException.verbatim(status, type, message, reply.body()).header("request-id",
                            requestId(envelope));
        };
    }

    /**
     * The failure that an upstream tells with HTTP status 200: in the first event of a stream, or in place of a message. Its type
     * says which status it should have had.
     *
     * @param json JSON in UTF-8
     */
    static ApiException inPlaceOfAMessage(String provider, byte[] json) {
        JsonNode envelope = envelope(json);
        if (envelope == null) {
            return new ApiException(502, ErrorType.API_ERROR, "provider " + provider + " failed without saying why");
        }
        if (refusesCredential(envelope)) {
            return refused(provider, "");
        }
        ErrorType type = type(envelope);
        return ApiException.verbatim(type.status(), type, message(envelope), json).header("request-id",
                requestId(envelope));
    }

    /** The failure that an error within a stream must be told as; null when it is passed on as it is. */
    static ApiException withinAMessage(String provider, byte[] json) {
        JsonNode envelope = envelope(json);
        return envelope != null && refusesCredential(envelope) ? refused(provider, "") : null;
    }

    private static ApiException refused(String provider, String how) {
        return new ApiException(502, ErrorType.API_ERROR,
                "provider " + provider + " refused the gateway's credential" + how);
    }

    private static boolean refusesCredential(JsonNode envelope) {
        return switch (type(envelope)) {
            case AUTHENTICATION_ERROR, PERMISSION_ERROR -> true;
            default -> false;
        };
    }

    private static ErrorType type(JsonNode envelope) {
        return ErrorType.ofWireName(envelope.path("error").path("type").asText());
    }

    private static String message(JsonNode envelope) {
        return Text.excerpt(envelope.path("error").path("message").asText(), LONGEST_MESSAGE);
    }

    /** The upstream's id of the request: who is told one in the envelope is told the same in the header. */
    private static String requestId(JsonNode envelope) {
        String id = envelope.path("request_id").asText("");
        return REQUEST_ID.matcher(id).matches() ? id : null;
    }

    /** The envelope, null when it is none of the API's. */
    private static JsonNode envelope(byte[] body) {
        try {
            JsonNode envelope = JSON.readTree(body);
            boolean genuine = envelope != null && "error".equals(envelope.path("type").asText())
                    && envelope.path("error").path("message").isTextual();
            return genuine ? envelope : null;
        } catch (IOException e) {
            return null;
        }
    }
}
