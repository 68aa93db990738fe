package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The capacity that served a request, which OpenAI and others tell in each chunk, in the words of the Messages API.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/object">OpenAI: The chat completion object, service_tier</a>
 * @see <a href="https://platform.claude.com/docs/en/api/service-tiers">Anthropic: Service tiers</a>
 */
final class ServiceTiers {
    private static final List<char[]> STANDARD = names("default", "standard", "on_demand");
    private static final List<char[]> PRIORITY = names("priority", "fast", "scale", "performance");

    private ServiceTiers() {}

    private static List<char[]> names(String... names) {
        return Arrays.stream(names).map(String::toCharArray).toList();
    }

    /** Reads the value at hand, of which no string is made; null for a tier that the Messages API does not have. */
    static String read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            json.skipChildren();
            return null;
        }
        return isOneOf(STANDARD, json) ? "standard" : isOneOf(PRIORITY, json) ? "priority" : null;
    }

    private static boolean isOneOf(List<char[]> names, JsonParser json) throws IOException {
        char[] text = json.getTextCharacters();
        int start = json.getTextOffset();
        int end = start + json.getTextLength();
        for (char[] name : names) {
            if (Arrays.equals(text, start, end, name, 0, name.length)) {
                return true;
            }
        }
        return false;
    }
}
