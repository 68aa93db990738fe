package dev.caravan.provider.translation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.ApiException;
import java.util.Locale;
import java.util.Map;

/** What becomes of something that a request holds. */
enum Outcome {
    /** The provider gets it as what it is. */
    SENT("sent"),
    /** What is no text becomes text of the prompt. */
    AS_TEXT("as text"),
    /** The provider gets something else for it. */
    CHANGED("changed"),
    /** The provider gets the same bytes as without it. */
    DROPPED("dropped"),
    /** The client gets a 400 that names the path and the provider. */
    REFUSED("refused");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String cell;

    Outcome(String cell) {
        this.cell = cell;
    }

    /** The cell of the table. */
    String cell() {
        return cell;
    }

    /** Has the target's own encoder take the request with the row's thing and without it, and compares. */
    static Outcome of(Row row, Target target) {
        String with;
        try {
            with = target.encoded(filled(row.with(), target));
        } catch (ApiException e) {
            return refusal(e, row, target);
        }
        if (with.equals(target.encoded(filled(row.without(), target)))) {
            return DROPPED;
        }
        String found = with.toLowerCase(Locale.ROOT);
        for (String mark : row.marks()) {
            if (found.contains(mark.toLowerCase(Locale.ROOT))) {
                return !row.isText() && !target.speaksMessagesApi() && onlyText(with, mark) ? AS_TEXT : SENT;
            }
        }
        return CHANGED;
    }

    private static String filled(String request, Target target) {
        return request.replace("SIGNATURE", target.ownSignature());
    }

    private static Outcome refusal(ApiException e, Row row, Target target) {
        boolean named = e.status() == 400 && e.getMessage().startsWith(row.path())
                && e.getMessage().contains(Target.PROVIDER);
        if (!named) {
            throw new AssertionError(row.label() + " at " + target.column() + " " + target.variant()
                    + ": expected a 400 "
                    + "that names " + row.path() + " and provider " + Target.PROVIDER + ", got " + e.status() + " "
                    + e.getMessage());
        }
        return REFUSED;
    }

    /** Whether every string that holds the mark is text of the prompt. */
    private static boolean onlyText(String encoded, String mark) {
        try {
            int[] found = new int[2];
            count(JSON.readTree(encoded.substring(encoded.indexOf('\n'))), mark, found);
            return found[0] > 0 && found[1] == 0;
        } catch (JsonProcessingException e) {
            throw new AssertionError(encoded, e);
        }
    }

    /** Counts in the first place the strings that are text of the prompt and hold the mark, in the second the others. */
    private static void count(JsonNode node, String mark, int[] found) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            if (value.isTextual() && value.textValue().contains(mark)) {
                found[isText(field.getKey(), node) ? 0 : 1]++;
            }
            count(value, mark, found);
        }
        if (node.isArray()) {
            node.forEach(element -> count(element, mark, found));
        }
    }

    private static boolean isText(String field, JsonNode object) {
        return switch (field) {
            case "text" -> !object.path("thought").asBoolean() && !object.has("signature");
            case "content", "output" -> true;
            default -> false;
        };
    }
}
