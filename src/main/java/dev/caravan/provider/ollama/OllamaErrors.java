package dev.caravan.provider.ollama;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Text;
import dev.caravan.provider.UpstreamReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Ollama's failures in the Messages API's terms. Its own words reach the client: they say which model is not there or does not
 * fit into memory.
 *
 * @see <a href="https://docs.ollama.com/api/errors">Ollama: Errors</a>
 */
final class OllamaErrors {
    private static final int MAX_MESSAGE = 500;
    private static final int BAD_GATEWAY = 502;

    private OllamaErrors() {}

    /** The failure that an HTTP status stands for. A refused credential is Caravan's own, so that is a bad gateway. */
    static ApiException ofResponse(UpstreamReply reply) {
        String provider = "provider " + reply.provider();
        int status = reply.status();
        if (status == 401 || status == 403) {
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR,
                    provider + " refused Caravan's own credential (HTTP " + status + ")");
        }
        String said = words(reply.body());
        String message = said.isEmpty() ? provider + " answered with HTTP " + status + " and no reason" : said;
        return status < 400
                ? new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, message)
                : new ApiException(ErrorType.ofStatus(status), message);
    }

    /** The failure that a line of a reply tells: the model could not be loaded, or broke while it ran. */
    static ApiException inReply(String words) {
        return broken(words.isEmpty() ? "the provider reported an error without a reason" : readable(words));
    }

    /** A reply that does not keep to the dialect. */
    static ApiException broken(String problem) {
        return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, problem);
    }

    /** The text under {@code error}; a body that is no JSON as it is, unless it is a page for a browser. */
    private static String words(byte[] body) {
        try (JsonParser json = MessageJson.FACTORY.createParser(body)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                    json.nextToken();
                    if (field.equals("error")) {
                        return readable(text(json));
                    }
                    json.skipChildren();
                }
            }
            return "";
        } catch (IOException e) {
            String text = new String(body, StandardCharsets.UTF_8).strip();
            return text.startsWith("<") ? "" : readable(text);
        }
    }

    /** The words of the error at hand: a text, or an object with one, as proxies before Ollama write it. */
    static String text(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        String text = "";
        if (json.currentToken() == JsonToken.START_OBJECT) {
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                if (json.nextToken() == JsonToken.VALUE_STRING && field.equals("message")) {
                    text = json.getText();
                }
                json.skipChildren();
            }
        } else {
            json.skipChildren();
        }
        return text;
    }

    private static String readable(String message) {
        return Text.excerpt(message.replaceAll("\\s+", " ").strip(), MAX_MESSAGE);
    }
}
