package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each known server can be sent of images, files and turns, and what it cannot. */
class PresetContentTest {
    // -- what is refused -----------------------------------------------------------------------------------------------

    @Tag("case-13")
    @Tag("case-18")
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "openai | \"stop_sequences\":[\"a\",\"b\",\"c\",\"d\",\"e\"] | stop_sequences: more than 4",
            "deepseek | \"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{}}} | output_config.format: a schema for the answer",
            "mlx-lm-server | \"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{}}} | output_config.format: a schema for the answer",
            "ollama | " + PresetRequestsTest.TWO + "{\"type\":\"any\"} | tool_choice: the demand that a tool be called",
            "mlx-lm-server | " + PresetRequestsTest.TWO
                    + "{\"type\":\"tool\",\"name\":\"a\"} | tool_choice: the demand that a tool be called",
            "xai | \"output_config\":{\"effort\":\"huge\"} | output_config.effort: the unknown effort \"huge\""})
    void refusedFields(String preset, String fields, String problem) {
        ApiException e = assertThrows(ApiException.class,
                () -> Encoded.fields(fields, PresetRequestsTest.preset(preset)));
        assertEquals(problem + " cannot be sent to provider home", e.getMessage());
        assertEquals(400, e.status());
    }

    private static final String DATA = "{\"type\":\"base64\",\"media_type\":\"%s\",\"data\":\"eA==\"}";
    private static final String URL = "{\"type\":\"url\",\"url\":\"https://x/y\"}";

    private static String user(String blocks) {
        return "[{\"role\":\"user\",\"content\":[" + blocks + "]}]";
    }

    private static String image(String source) {
        return "{\"type\":\"image\",\"source\":" + source.formatted("image/png") + "}";
    }

    private static String document(String source) {
        return "{\"type\":\"document\",\"title\":\"T.pdf\",\"source\":" + source.formatted("application/pdf") + "}";
    }

    private void refused(String preset, String block, String problem) {
        ApiException e = assertThrows(ApiException.class,
                () -> Encoded.messages(user(block), PresetRequestsTest.preset(preset)));
        assertEquals(problem + " cannot be sent to provider home", e.getMessage());
        assertEquals(400, e.status());
    }

    @Tag("case-17")
    @Test
    @DisplayName("case 17: images as bytes and by address, where a server takes them")
    void images() {
        String data = "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,eA==\"}}]}]";
        String address = "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y\"}}]}]";
        for (String name : PresetRequestsTest.presets()) {
            if (List.of("deepseek", "mlx-lm-server").contains(name)) {
                refused(name, image(DATA), "messages.0.content.0: an image");
                refused(name, image(URL), "messages.0.content.0: an image");
                continue;
            }
            assertEquals(data, Encoded.messages(user(image(DATA)), PresetRequestsTest.preset(name)), name);
            if (List.of("ollama", "lm-studio").contains(name)) {
                refused(name, image(URL), "messages.0.content.0.source: an image to be fetched from a URL");
            } else {
                assertEquals(address, Encoded.messages(user(image(URL)), PresetRequestsTest.preset(name)), name);
            }
        }
    }

    @Tag("case-17")
    @Test
    @DisplayName("documents that are no text, where a server takes them")
    void documents() {
        for (String name : PresetRequestsTest.presets()) {
            switch (name) {
                case "openai", "openrouter" -> {
                    assertEquals("[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"filename\":\"T.pdf\","
                            + "\"file_data\":\"data:application/pdf;base64,eA==\"}}]}]",
                            Encoded.messages(user(document(DATA)), PresetRequestsTest.preset(name)));
                    refused(name, document(URL), "messages.0.content.0.source: a document to be fetched from a URL");
                }
                case "mistral" -> {
                    assertEquals("[{\"role\":\"user\",\"content\":[{\"type\":\"document_url\","
                            + "\"document_url\":\"data:application/pdf;base64,eA==\",\"document_name\":\"T.pdf\"}]}]",
                            Encoded.messages(user(document(DATA)), PresetRequestsTest.preset(name)));
                    assertEquals("[{\"role\":\"user\",\"content\":[{\"type\":\"document_url\","
                            + "\"document_url\":\"https://x/y\",\"document_name\":\"T.pdf\"}]}]",
                            Encoded.messages(user(document(URL)), PresetRequestsTest.preset(name)));
                }
                default -> {
                    refused(name, document(DATA),
                            "messages.0.content.0.source: a document of type application/pdf");
                    refused(name, document(URL), "messages.0.content.0.source: a document to be fetched from a URL");
                }
            }
        }
    }

    @Tag("case-17")
    @Test
    @DisplayName("a document in the result of a tool follows in the user's message")
    void aDocumentInAResult() {
        assertEquals(
                "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"A\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"A\",\"content\":\"[the file is in the next user message]\"},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"[file from the result of tool call A]\"},"
                        + "{\"type\":\"file\",\"file\":{\"filename\":\"T.pdf\",\"file_data\":\"data:application/pdf;base64,eA==\"}}]}]",
                Encoded.messages(
                        "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"A\",\"name\":\"a\",\"input\":{}}]},"
                                + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":["
                                + document(DATA) + "]}]}]",
                        PresetRequestsTest.preset("openai")));
    }

    // -- turns of strict templates -------------------------------------------------------------------------------------

    @Tag("case-12")
    @Test
    @DisplayName("case 12: for strict templates the system speaks first only, and users and assistants in turns")
    void strictTurns() {
        for (String name : List.of("mistral", "vllm", "llama-cpp", "lm-studio", "mlx-lm-server")) {
            assertEquals("[{\"role\":\"user\",\"content\":\"a\\n\\nb\\n\\n<system>\\nnews\\n</system>\"},"
                    + "{\"role\":\"assistant\",\"content\":\"c\"},{\"role\":\"user\",\"content\":\"d\"}]",
                    Encoded.messages(
                            "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"},{\"role\":\"system\",\"content\":\"news\"},"
                                    + "{\"role\":\"assistant\",\"content\":\"c\"},{\"role\":\"user\",\"content\":\"d\"}]",
                            PresetRequestsTest.preset(name)));
        }
    }

    @Tag("case-9")
    @Tag("case-12")
    @Test
    @DisplayName("strict templates: what the user says behind results joins the last; with an image only where results hold one")
    void strictResults() {
        String calls = "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"aaaaaaaa1\",\"name\":\"a\",\"input\":{}},"
                + "{\"type\":\"tool_use\",\"id\":\"aaaaaaaa2\",\"name\":\"a\",\"input\":{}}]},{\"role\":\"user\",\"content\":["
                + "{\"type\":\"tool_result\",\"tool_use_id\":\"aaaaaaaa1\",\"content\":\"1\"},{\"type\":\"tool_result\",\"tool_use_id\":\"aaaaaaaa2\",\"content\":\"2\"},"
                + "{\"type\":\"text\",\"text\":\"and\"}%s]}]";
        String called = "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":["
                + "{\"id\":\"aaaaaaaa1\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}},"
                + "{\"id\":\"aaaaaaaa2\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"aaaaaaaa1\",\"content\":\"1\"},{\"role\":\"tool\",\"tool_call_id\":\"aaaaaaaa2\",\"content\":\"2";
        assertEquals(called + "\\n\\nand\"}]",
                Encoded.messages(calls.formatted(""), PresetRequestsTest.preset("mistral")));
        assertEquals(
                called.replace("\"content\":\"2",
                        "\"content\":[{\"type\":\"text\",\"text\":\"2\"},{\"type\":\"text\",\"text\":\"and\"},"
                                + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y\"}}]}]"),
                Encoded.messages(calls.formatted("," + image(URL)), PresetRequestsTest.preset("mistral")));
        assertEquals(called + "\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"and\"},"
                + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y\"}}]}]",
                Encoded.messages(calls.formatted("," + image(URL)), PresetRequestsTest.preset("vllm")));
    }

    @Tag("case-17")
    @Test
    @DisplayName("case 17, Mistral: an image and a file stay in the result of their tool, since no user may follow it")
    void partsInAResult() {
        assertEquals(
                "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"aaaaaaaa1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"aaaaaaaa1\",\"content\":["
                        + "{\"type\":\"text\",\"text\":\"see\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y\"}},"
                        + "{\"type\":\"document_url\",\"document_url\":\"data:application/pdf;base64,eA==\",\"document_name\":\"T.pdf\"}]}]",
                Encoded.messages(
                        "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"aaaaaaaa1\",\"name\":\"a\",\"input\":{}}]},"
                                + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"aaaaaaaa1\",\"content\":[{\"type\":\"text\",\"text\":\"see\"},"
                                + image(URL) + "," + document(DATA) + "]}]}]",
                        PresetRequestsTest.preset("mistral")));
    }
}
