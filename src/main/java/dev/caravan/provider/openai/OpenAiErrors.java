package dev.caravan.provider.openai;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import dev.caravan.message.Text;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider's failures in the Messages API's terms. The provider's own words reach the client, since clients recover by them,
 * but for what looks like a key.
 *
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">OpenAI: Error codes</a>
 */
public final class OpenAiErrors {
    private static final int MAX_MESSAGE = 500;
    /** More than is shown, so that a key which is cut off at the end is still recognised. */
    private static final int MAX_EXAMINED = 4 * MAX_MESSAGE;
    private static final int MAX_RETRY_AFTER = 40;
    private static final int BAD_GATEWAY = 502;

    /** Keys by the prefixes that providers give theirs, and whatever follows the word Bearer. */
    private static final Pattern KEY = Pattern.compile("(?i:\\bbearer)\\s+\\S{8,}"
            + "|\\b(?:sk|pk|rk|gsk|xai|hf|nvapi|fw|tgp|pplx|csk|r8)[-_][\\w*.-]{6,}|\\b(?:AIza|ya29\\.)[\\w*.-]{8,}");
    private static final Pattern LONG_WORD = Pattern.compile("[\\w*.+/=-]{8,}");
    private static final String REDACTED = "[redacted]";

    private OpenAiErrors() {}

    /**
     * The failure that an HTTP error stands for. A refused credential is Caravan's own, so the client is told of a bad gateway
     * and not that its key is wrong; overload is 529, a time-out 504; {@code retry-after} is kept.
     *
     * @param provider the provider's name in the configuration
     * @param status the HTTP status of the reply
     * @param headers the reply's headers, their names in any case
     * @param body the reply's body; may be empty, or no JSON
     */
    public static ApiException ofResponse(String provider, int status, Map<String, String> headers, byte[] body) {
        ProviderError error = ProviderError.of(body, 0, body.length);
        String name = "provider \"" + provider + "\"";
        if (status == 401 || status == 403) {
            String reason = withoutSecrets(error.message());
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, name + " refused Caravan's own credential (HTTP "
                    + status + ")" + (reason.isEmpty() ? "" : ": " + reason));
        }
        String message = error.message().isEmpty()
                ? name + " answered with HTTP " + status + " and no reason"
                : readable(error.message());
        if (status < 400) {
            return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, message);
        }
        return new ApiException(ErrorType.ofStatus(status), message).header("retry-after", retryAfter(headers));
    }

    /** The failure that a provider reports in a reply that began well: its status is gone, only a code may tell. */
    static ApiException inReply(ProviderError error) {
        String message = error.message().isEmpty()
                ? "the provider reported an error without a reason"
                : readable(error.message());
        return switch (error.status()) {
            case 429 -> new ApiException(ErrorType.RATE_LIMIT_ERROR, message);
            case 503, 529 -> new ApiException(ErrorType.OVERLOADED_ERROR, message);
            default -> new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, message);
        };
    }

    /** A reply that does not keep to the dialect. */
    static ApiException broken(String problem) {
        return new ApiException(BAD_GATEWAY, ErrorType.API_ERROR, problem);
    }

    private static String readable(String message) {
        return Text.excerpt(KEY.matcher(examined(message)).replaceAll(REDACTED), MAX_MESSAGE);
    }

    /** Where a key was refused, anything long with a digit or an asterisk in it may be that key. */
    private static String withoutSecrets(String message) {
        String known = KEY.matcher(examined(message)).replaceAll(REDACTED);
        String safe = LONG_WORD.matcher(known)
                .replaceAll(word -> word.group().chars().anyMatch(c -> c == '*' || Character.isDigit(c))
                        ? REDACTED
                        : Matcher.quoteReplacement(word.group()));
        return Text.excerpt(safe, MAX_MESSAGE);
    }

    /** As much as is looked at, on one line. */
    private static String examined(String message) {
        String start = message.length() > MAX_EXAMINED ? message.substring(0, MAX_EXAMINED) : message;
        return start.replaceAll("\\s+", " ").strip();
    }

    /** The header's value if it is seconds or a date, as it should be. */
    private static String retryAfter(Map<String, String> headers) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String value = header.getValue();
            if ("retry-after".equalsIgnoreCase(header.getKey()) && value != null && value.length() <= MAX_RETRY_AFTER
                    && value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
                return value.strip();
            }
        }
        return null;
    }
}
