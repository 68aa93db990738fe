package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.message.ContentBlock;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.ReplyValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * OpenRouter's {@code reasoning_details}, which it wants back as they came: signatures and encrypted reasoning stand in them. They
 * come in fragments and travel, put together, in the signature of the reasoning. Not thread-safe.
 *
 * @see <a href="https://openrouter.ai/docs/use-cases/reasoning-tokens">OpenRouter: Reasoning tokens, preserving reasoning</a>
 */
final class ReasoningDetails {
    private static final String MARK = ContentBlock.Thinking.MINTED_SIGNATURE + "openai:";
    /** What is more is not kept: a client sends it back with every turn. */
    private static final int MOST_CHARACTERS = 1 << 20;

    private final List<Map<String, String>> items = new ArrayList<>();
    private int size;

    /** Takes the array of one chunk. */
    void add(String array) throws IOException {
        size += array.length();
        if (size > MOST_CHARACTERS) {
            return;
        }
        try (JsonParser json = MessageJson.FACTORY.createParser(array)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                add(fields(json));
            }
        }
    }

    private static Map<String, String> fields(JsonParser json) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            fields.put(field, ReplyValue.json(json));
        }
        return fields;
    }

    /** A fragment goes on with the item before it when it has the same type and index. */
    private void add(Map<String, String> fragment) {
        Map<String, String> last = items.isEmpty() ? null : items.getLast();
        boolean goesOn = last != null && same("type", last, fragment) && same("index", last, fragment)
                && !fragment.getOrDefault("type", "").equals("\"reasoning.encrypted\"");
        if (!goesOn) {
            items.add(fragment);
            return;
        }
        fragment.forEach((field, value) -> {
            boolean isText = field.equals("text") || field.equals("summary");
            String before = last.get(field);
            if (isText && isString(before) && isString(value)) {
                last.put(field, before.substring(0, before.length() - 1) + value.substring(1));
            } else if (before == null || !value.equals("null")) {
                last.put(field, value);
            }
        });
    }

    private static boolean same(String field, Map<String, String> a, Map<String, String> b) {
        return a.getOrDefault(field, "").equals(b.getOrDefault(field, ""));
    }

    private static boolean isString(String json) {
        return json != null && json.startsWith("\"");
    }

    /** The signature that holds what came so far; the usual one when nothing did, or too much. */
    String signature() {
        if (items.isEmpty() || size > MOST_CHARACTERS) {
            return OpenAiResponseDecoder.SIGNATURE;
        }
        StringBuilder array = new StringBuilder();
        for (Map<String, String> item : items) {
            StringBuilder object = new StringBuilder();
            item.forEach((field, value) -> object.append(object.isEmpty() ? "{\"" : ",\"").append(field).append("\":")
                    .append(value));
            array.append(array.isEmpty() ? "" : ",").append(object).append('}');
        }
        return MARK + Base64.getUrlEncoder().withoutPadding()
                .encodeToString(array.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Forgets what came so far, which a signature holds now. */
    void clear() {
        items.clear();
        size = 0;
    }

    /** The items that a signature holds, the inside of an array; empty when it holds none. */
    static String of(String signature) {
        if (!signature.startsWith(MARK)) {
            return "";
        }
        try {
            String items = new String(Base64.getUrlDecoder().decode(signature.substring(MARK.length())),
                    StandardCharsets.UTF_8);
            return isArray("[" + items + "]") ? items : "";
        } catch (IllegalArgumentException e) {
            return ""; // made up by the client
        }
    }

    private static boolean isArray(String text) {
        try (JsonParser json = MessageJson.FACTORY.createParser(text)) {
            json.nextToken();
            json.skipChildren();
            return json.currentToken() == JsonToken.END_ARRAY && json.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
