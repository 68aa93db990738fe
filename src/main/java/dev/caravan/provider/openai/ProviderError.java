package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.MessageJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What a provider says of a failure, in a body or in the midst of a stream. Seen on the wire: an object under {@code error}, a
 * text under {@code error}, the fields of that object at the top, the whole in an array of one; the code a number or a name.
 *
 * @param message the provider's words, empty if it has none
 * @param status the HTTP status that the failure would have had, 0 when that is not told
 */
record ProviderError(String message, int status) {
    /** What is said by a provider that says nothing. */
    static final ProviderError SILENT = new ProviderError("", 0);

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int OVERLOADED = 529;

    /** Reads a body or an event that is known to be an error, JSON or not. */
    static ProviderError of(byte[] buffer, int offset, int length) {
        try (JsonParser json = MessageJson.FACTORY.createParser(buffer, offset, length)) {
            JsonToken first = json.nextToken();
            ProviderError error = first == JsonToken.START_ARRAY && json.nextToken() == JsonToken.START_OBJECT
                    || first == JsonToken.START_OBJECT ? object(json) : null;
            if (error != null && !error.message.isEmpty()) {
                return error;
            }
            return new ProviderError(plain(buffer, offset, length), error == null ? 0 : error.status);
        } catch (IOException e) {
            return new ProviderError(plain(buffer, offset, length), 0);
        }
    }

    /** Reads the value of a field {@code error}; null when it is null, false or empty, which is no error. */
    static ProviderError read(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case VALUE_STRING -> json.getText().isEmpty() ? null : new ProviderError(json.getText(), 0);
            case VALUE_TRUE, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> SILENT;
            default -> {
                json.skipChildren();
                yield null;
            }
        };
    }

    private static ProviderError object(JsonParser json) throws IOException {
        String message = "";
        int status = 0;
        int named = 0;
        boolean empty = true;
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            empty = false;
            switch (field) {
                case "error" -> {
                    ProviderError inner = read(json);
                    message = inner == null || inner.message.isEmpty() ? message : inner.message;
                    status = inner == null || inner.status == 0 ? status : inner.status;
                }
                case "message", "detail" -> message = value == JsonToken.VALUE_STRING ? json.getText() : message;
                case "code", "status_code", "status", "type" -> {
                    String code = value.isScalarValue() ? json.getText() : "";
                    status = status == 0 ? statusOfNumber(code) : status;
                    named = named == 0 ? statusOfName(code) : named;
                }
                default -> {
                }
            }
            json.skipChildren();
        }
        return empty ? null : new ProviderError(message, status == 0 ? named : status);
    }

    private static int statusOfNumber(String code) {
        boolean isStatus = code.length() == 3 && code.charAt(0) >= '4' && code.charAt(0) <= '5'
                && code.chars().allMatch(c -> c >= '0' && c <= '9');
        return isStatus ? Integer.parseInt(code) : 0;
    }

    /** The names that providers give to the failures which a client may wait out. */
    private static int statusOfName(String code) {
        return switch (code.toLowerCase(Locale.ROOT)) {
            case "rate_limit_exceeded", "rate_limit_error", "rate_limit", "too_many_requests", "resource_exhausted",
                    "insufficient_quota" ->
                TOO_MANY_REQUESTS;
            case "overloaded", "overloaded_error", "server_overloaded", "engine_overloaded", "engine_overloaded_error",
                    "service_unavailable", "unavailable" ->
                OVERLOADED;
            default -> 0;
        };
    }

    /** A body that is no JSON, if it is made to be read by people who have no browser. */
    private static String plain(byte[] buffer, int offset, int length) {
        String text = new String(buffer, offset, length, StandardCharsets.UTF_8).strip();
        return text.startsWith("<") ? "" : text;
    }
}
