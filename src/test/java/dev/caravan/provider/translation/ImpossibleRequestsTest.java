package dev.caravan.provider.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.ApiException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a provider cannot be sent is refused, by every dialect and preset, and never put into words instead. */
@DisplayName("What cannot be sent")
class ImpossibleRequestsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What matters so much that it is either there or refused; {@link Outcome#of} checks that a refusal names path and provider. */
    private static final Set<String> ALL_OR_NOTHING = Set.of("image, base64: PNG, JPEG, WebP", "image, base64: GIF",
            "image, URL", "image, uploaded file", "`container_upload`", "a block that is newer than Caravan",
            "document, base64: PDF", "document, content: image", "document, URL", "document, uploaded file",
            "`tool_result`: image, base64", "`tool_result`: image, URL", "`tool_result`: document, PDF",
            "`tool_result`: a block that is newer than Caravan", "the assistant's document, PDF", "`compaction`",
            "the assistant's block that is newer than Caravan", "the same with a block that is newer than Caravan",
            "`tool_choice` `any`", "`tool_choice` `tool` that names a tool that is not declared", "`max_tokens` 0",
            "4 `stop_sequences`", "5 `stop_sequences`", "16 `stop_sequences`", "100 `stop_sequences`",
            "101 `stop_sequences`", "`output_config.format`, a schema", "an effort that nobody knows");
    /** What is text by another name, or about text. */
    private static final Set<String> MAY_BE_TEXT = Set.of("`search_result`", "`search_result`, its title and source",
            "document, text", "document, content: text", "document, its `title`", "PDF, its `title`",
            "document, its `context`", "`tool_result`: document, text", "`tool_result`: `search_result`",
            "`tool_result`: `tool_reference`", "`tool_result`: `is_error`", "the assistant's document, text",
            "the assistant's `search_result`");

    private static List<Row> rows() {
        return Stream.of(Rows.conversation(), Rows.tools(), Rows.parameters()).flatMap(List::stream).toList();
    }

    static List<Target> targets() {
        return Target.ALL;
    }

    @Test
    @DisplayName("the rows that are looked at are rows of the tables")
    void theRowsAreThere() {
        Set<String> labels = rows().stream().map(Row::label).collect(Collectors.toSet());
        assertEquals(Set.of(), minus(ALL_OR_NOTHING, labels));
        assertEquals(Set.of(), minus(MAY_BE_TEXT, labels));
    }

    private static Set<String> minus(Set<String> all, Set<String> others) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(others);
        return rest;
    }

    @ParameterizedTest
    @DisplayName("is refused with a 400 that names its path and the provider")
    @MethodSource("targets")
    void sentOrRefused(Target target) {
        List<String> others = new ArrayList<>();
        for (Row row : rows()) {
            if (ALL_OR_NOTHING.contains(row.label())) {
                Outcome outcome = Outcome.of(row, target);
                if (!EnumSet.of(Outcome.SENT, Outcome.REFUSED).contains(outcome)) {
                    others.add(row.label() + ": " + outcome);
                }
            }
        }
        assertEquals(List.of(), others);
    }

    @ParameterizedTest
    @DisplayName("does not become text of the prompt, nor does its JSON")
    @MethodSource("targets")
    void nothingIsPutIntoWords(Target target) throws IOException {
        for (Row row : rows()) {
            if (!MAY_BE_TEXT.contains(row.label())) {
                assertTrue(Outcome.of(row, target) != Outcome.AS_TEXT, row.label());
            }
            String encoded;
            try {
                encoded = target.encoded(row.with().replace("SIGNATURE", target.ownSignature()));
            } catch (ApiException e) {
                continue;
            }
            for (String text : texts(JSON.readTree(encoded.substring(encoded.indexOf('\n'))))) {
                assertTrue(!text.contains("\"type\"") && !text.contains("{\""), () -> row.label() + ": " + text);
            }
        }
    }

    /** All strings of a request but the arguments of calls and a schema, which some dialects want as the text of their JSON. */
    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            boolean isJson = field.getKey().equals("arguments") || field.getKey().equals("schema");
            if (field.getValue().isTextual() && !isJson) {
                texts.add(field.getValue().textValue());
            }
            texts.addAll(texts(field.getValue()));
        }
        if (node.isArray()) {
            node.forEach(element -> {
                texts.addAll(texts(element));
                if (element.isTextual()) {
                    texts.add(element.textValue());
                }
            });
        }
        return texts;
    }
}
