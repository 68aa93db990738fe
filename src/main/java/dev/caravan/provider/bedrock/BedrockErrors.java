package dev.caravan.provider.bedrock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.MessageJson;
import dev.caravan.message.Text;
import dev.caravan.provider.UpstreamReply;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Bedrock's failures in the Messages API's terms. AWS names each by a type, in the header {@code x-amzn-errortype}, in the body's
 * {@code __type}, or in a frame of a stream; the type says more than the status.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html">AWS: ConverseStream,
 *      errors</a>
 */
final class BedrockErrors {
    private static final int MAX_MESSAGE = 500;
    private static final int BAD_GATEWAY = 502;
    /** More than is shown, so that a key which is cut off at the end is still recognised. */
    private static final int MAX_EXAMINED = 4 * MAX_MESSAGE;
    /** What signs or stands for a credential: AWS's key ids, Bedrock's API keys, and the parts of a signed request. */
    private static final Pattern KEY = Pattern.compile("(?i:\\bbearer)\\s+\\S{8,}|\\b(?:AKIA|ASIA)[A-Z0-9]{12,}"
            + "|\\b(?:ABSK|bedrock-api-key-)[\\w+/=-]{8,}"
            + "|(?i:\\b(?:credential|signature|x-amz-security-token|aws4-hmac-sha256)\\b)[\"']?\\s*[=:]?\\s*[\"']?[\\w+/=-]{16,}");
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9_]{1,100}");

    /** Who asks is not known, or may not: all of it is about Caravan's own credentials. */
    private static final Set<String> CREDENTIALS = Set.of("accessdenied", "unrecognizedclient", "invalidsignature",
            "signaturedoesnotmatch", "incompletesignature", "missingauthenticationtoken", "missingauthentication",
            "expiredtoken", "invalidclienttokenid", "notauthorized", "optinrequired", "unauthorized",
            "requestexpired");

    private BedrockErrors() {}

    /**
     * The failure that an HTTP error stands for. What AWS says of credentials it does not take is not passed on: it names accounts
     * and repeats what was signed.
     */
    static ApiException ofResponse(UpstreamReply reply) {
        Body body = Body.read(reply.body());
        String type = type(reply.headers().getOrDefault("x-amzn-errortype", body.type));
        String who = "provider " + reply.provider();
        int status = reply.status();
        if (status == 401 || status == 403 || CREDENTIALS.contains(name(type))) {
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, who + " refused the gateway's credential (HTTP "
                    + status + (type.isEmpty() ? "" : ", " + type) + ")");
        }
        String message = body.message.isEmpty()
                ? who + " answered HTTP " + status + (type.isEmpty() ? "" : ", " + type)
                : readable(body.message);
        if (status < 400) {
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, message);
        }
        ErrorType byName = errorType(type);
        // 424 is the model's failure, not the request's.
        return new ApiException(byName != null
                ? byName
                : status == 424
                        ? ErrorType.API_ERROR
                        : ErrorType.ofStatus(status),
                message);
    }

    /** The failure that an exception in a stream tells. */
    static ApiException inStream(String type, byte[] payload) {
        return inStream(type, Body.read(payload).message);
    }

    /** The same with the message at hand. */
    static ApiException inStream(String type, String told) {
        String known = type(type);
        if (CREDENTIALS.contains(name(known))) {
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR,
                    "the provider refused the gateway's credential (" + known + ")");
        }
        String message = told.isEmpty()
                ? "the provider broke off its stream" + (known.isEmpty() ? "" : ": " + known)
                : readable(told);
        ErrorType error = errorType(known);
        return error == null || error == ErrorType.API_ERROR
                ? new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, message)
                : new ApiException(error, message);
    }

    private static String readable(String message) {
        String start = message.length() > MAX_EXAMINED ? message.substring(0, MAX_EXAMINED) : message;
        return Text.excerpt(KEY.matcher(start).replaceAll("[redacted]"), MAX_MESSAGE);
    }

    /** Null for a type that says nothing of whose fault it is. */
    private static ErrorType errorType(String type) {
        return switch (name(type)) {
            case "throttling", "servicequotaexceeded", "toomanyrequests" -> ErrorType.RATE_LIMIT_ERROR;
            case "serviceunavailable", "modelnotready" -> ErrorType.OVERLOADED_ERROR;
            case "modeltimeout" -> ErrorType.TIMEOUT_ERROR;
            case "validation" -> ErrorType.INVALID_REQUEST_ERROR;
            case "resourcenotfound" -> ErrorType.NOT_FOUND_ERROR;
            case "modelerror", "modelstreamerror", "internalserver", "internalfailure" -> ErrorType.API_ERROR;
            default -> null;
        };
    }

    /** {@code throttling} of {@code ThrottlingException}: streams begin it in lower case, and not all end alike. */
    private static String name(String type) {
        return type.replaceFirst("(Exception|Error)$", "").toLowerCase(Locale.ROOT);
    }

    /** The type alone: in front may stand a namespace and {@code #}, behind it {@code :} and a URL. */
    private static String type(String told) {
        String type = told.substring(told.indexOf('#') + 1);
        type = type.indexOf(':') < 0 ? type : type.substring(0, type.indexOf(':'));
        return TYPE.matcher(type).matches() ? type : "";
    }

    /** What a body or payload says; both empty when it is not the JSON that AWS sends. */
    private record Body(String type, String message) {
        static Body read(byte[] json) {
            String type = "";
            String message = "";
            try (JsonParser in = MessageJson.FACTORY.createParser(json)) {
                if (in.nextToken() != JsonToken.START_OBJECT) {
                    return new Body("", "");
                }
                for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
                    JsonToken value = in.nextToken();
                    if (value != JsonToken.VALUE_STRING) {
                        in.skipChildren();
                        continue;
                    }
                    switch (field) {
                        case "__type", "code" -> type = type.isEmpty() ? in.getText() : type;
                        // In some of AWS's replies with a capital.
                        case "message", "Message" -> message = in.getText();
                        default -> {
                            // of the model or the request, told by the message as well
                        }
                    }
                }
            } catch (IOException e) {
                // a page of a proxy, say: the status must do
            }
            return new Body(type, message);
        }
    }
}
