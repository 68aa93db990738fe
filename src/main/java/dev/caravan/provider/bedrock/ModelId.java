package dev.caravan.provider.bedrock;

import dev.caravan.config.BedrockOptions.Api;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model as Bedrock names it: {@code anthropic.claude-…}, an inference profile such as {@code eu.anthropic.claude-…}, or the ARN
 * of either. What else has an ARN (a profile of one's own, a provisioned model) does not tell whose model it is.
 *
 * @see <a href="https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html">AWS: Supported foundation models</a>
 */
record ModelId(String id) {
    /** What stands before the vendor in the id of an inference profile: where it may run. */
    private static final Pattern PLACE = Pattern.compile("[a-z]{2}|us-gov|apac|amer|emea|global");
    private static final String HEX = "0123456789ABCDEF";

    /** Whose model it is: {@code anthropic}, {@code amazon}, {@code meta} and so on; empty when the id does not tell. */
    String vendor() {
        String name = id.substring(id.lastIndexOf('/') + 1);
        String[] parts = name.split("\\.");
        int first = parts.length > 2 && PLACE.matcher(parts[0]).matches() ? 1 : 0;
        return parts.length - first > 1 ? parts[first] : "";
    }

    /** Whether the id says that the model is Anthropic's. */
    boolean isAnthropic() {
        return vendor().equals("anthropic");
    }

    /** Whether the model may be Anthropic's: the id says so, or does not tell. */
    boolean maybeAnthropic() {
        return isAnthropic() || vendor().isEmpty();
    }

    /** The operations to ask this model by: those configured, else the closest to the Messages API. */
    Api api(Optional<Api> configured) {
        return configured.orElse(isAnthropic() ? Api.INVOKE : Api.CONVERSE);
    }

    /** The id as one segment of a path: {@code :} and {@code /} escaped as well, as AWS's own clients do. */
    String escaped() {
        StringBuilder path = new StringBuilder(id.length() + 16);
        for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || c == '-' || c == '.' || c == '_')) {
                path.append(c);
            } else {
                path.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return path.toString();
    }
}
