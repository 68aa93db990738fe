package dev.caravan.provider.ollama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.OllamaOptions;
import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.ErrorType;
import dev.caravan.message.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests as the wire has them: of the Messages API in, of Ollama's chat API out. */
class OllamaRequestEncoderTest {
    private static final String ASK = "{\"role\":\"user\",\"content\":\"ask\"}";
    private static final String CALLS = "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"I look\"},"
            + "{\"type\":\"tool_use\",\"id\":\"A\",\"name\":\"a\",\"input\":{ \"x\" : 1 }},"
            + "{\"type\":\"tool_use\",\"id\":\"B\",\"name\":\"b\",\"input\":{}}]}";
    private static final String CALLED = "{\"role\":\"assistant\",\"content\":\"I look\",\"tool_calls\":["
            + "{\"id\":\"A\",\"function\":{\"name\":\"a\",\"arguments\":{\"x\":1}}},"
            + "{\"id\":\"B\",\"function\":{\"name\":\"b\",\"arguments\":{}}}]}";
    private static final String IMAGE = "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"aWk=\"}}";

    private static String encode(String request, OllamaOptions options) {
        return new String(new OllamaRequestEncoder("home", options).encode(
                RequestDecoder.decode(request.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01), "m"),
                StandardCharsets.UTF_8);
    }

    private static String encode(String request) {
        return encode(request, OllamaOptions.DEFAULT);
    }

    private static void becomes(String messages, String expected) {
        assertEquals(
                "{\"model\":\"m\",\"stream\":false,\"truncate\":false,\"shift\":false,\"options\":{\"num_predict\":9},\"messages\":"
                        + expected + "}",
                encode("{\"model\":\"claude\",\"max_tokens\":9,\"messages\":" + messages + "}"));
    }

    private static String result(String id, String content) {
        return "{\"type\":\"tool_result\",\"tool_use_id\":\"" + id + "\"," + content + "}";
    }

    private static String tool(String name, String id, String content) {
        return "{\"role\":\"tool\",\"tool_name\":\"" + name + "\",\"tool_call_id\":\"" + id + "\",\"content\":"
                + content
                + "}";
    }

    @Tag("case-13")
    @Test
    void aWholeRequest() {
        assertEquals(
                """
                    {"model":"m","stream":true,"think":"high","keep_alive":"30m","truncate":false,"shift":false,\
                    "format":{"type":"object"},\
                    "options":{"num_ctx":32768,"seed":1,"num_predict":1024,"temperature":0.5,"top_p":0.9,"top_k":40,"stop":["END","A","B","C","D"]},\
                    "tools":[{"type":"function","function":{"name":"get_weather","description":"Weather","parameters":{"type":"object"}}}],\
                    "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]}""",
                encode("""
                    {"model":"claude-sonnet-4-5","max_tokens":1024,"system":"Be brief.","temperature":0.5,"top_p":0.9,
                     "top_k":40,"stop_sequences":["END","A","B","C","D"],"stream":true,"thinking":{"type":"adaptive"},
                     "output_config":{"effort":"xhigh","format":{"type":"json_schema","schema":{"type":"object"}}},
                     "metadata":{"user_id":"u"},"service_tier":"auto","speed":"fast","invented":{"a":[1]},
                     "tool_choice":{"type":"auto","disable_parallel_tool_use":true},
                     "tools":[{"name":"get_weather","description":"Weather","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},
                              {"type":"web_search_20250305","name":"web_search"}],
                     "messages":[{"role":"user","content":"Hi"}]}""",
                        new OllamaOptions(Optional.of("\"30m\""), true,
                                new TreeMap<>(Map.of("num_ctx", "32768", "seed", "1")))));
    }

    @Tag("case-13")
    @ParameterizedTest
    @DisplayName("case 13: thinking and effort")
    @CsvSource(delimiter = '|', value = {"\"thinking\":{\"type\":\"disabled\"} | \"think\":false,",
            "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},\"tools\":[{\"name\":\"a\",\"input_schema\":{}}] | \"think\":true,",
            "\"thinking\":{\"type\":\"adaptive\"} | ''", "\"output_config\":{\"effort\":\"low\"} | \"think\":\"low\",",
            "\"thinking\":{\"type\":\"disabled\"},\"output_config\":{\"effort\":\"low\"} | \"think\":false,",
            "\"output_config\":{\"effort\":\"max\"} | \"think\":\"high\",", "\"output_config\":{} | ''"})
    void think(String fields, String expected) {
        String request = "{\"model\":\"x\",\"max_tokens\":9,\"messages\":[" + ASK + "]," + fields + "}";
        String encoded = encode(request);
        String head = "{\"model\":\"m\",\"stream\":false," + expected + "\"truncate\"";
        assertTrue(encoded.startsWith(head), encoded);
        assertFalse(encode(request, new OllamaOptions(Optional.empty(), false, Map.of())).contains("think"));
    }

    @Test
    void whatTheRequestSaysWinsOverTheConfiguration() {
        OllamaOptions options = new OllamaOptions(Optional.of("-1"), true, Map.of("temperature", "0.1"));
        String said = encode("{\"model\":\"x\",\"max_tokens\":9,\"temperature\":1,\"messages\":[" + ASK + "]}",
                options);
        assertTrue(
                said.contains("\"keep_alive\":-1,")
                        && said.contains("\"options\":{\"temperature\":1.0,\"num_predict\":9}"),
                said);
        String unsaid = encode("{\"model\":\"x\",\"max_tokens\":9,\"messages\":[" + ASK + "]}", options);
        assertTrue(unsaid.contains("\"options\":{\"temperature\":0.1,\"num_predict\":9}"), unsaid);
    }

    @Tag("case-18")
    @Test
    @DisplayName("case 18: no call is wanted, so no tool is offered")
    void noTool() {
        assertFalse(encode("{\"model\":\"x\",\"max_tokens\":9,\"messages\":[" + ASK
                + "],\"tools\":[{\"name\":\"a\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"none\"}}")
                .contains("tools"));
    }

    @Tag("case-19")
    @Test
    @DisplayName("case 19: a tool that runs at Anthropic is left out, and so is a choice that names it")
    void serverTool() {
        assertFalse(encode("{\"model\":\"x\",\"max_tokens\":9,\"messages\":[" + ASK
                + "],\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"web_search\"}}")
                .contains("tool"));
    }

    @Tag("case-13")
    @Tag("case-18")
    @ParameterizedTest
    @DisplayName("what Ollama cannot do is refused, with the field and the provider")
    @CsvSource(delimiter = '|', value = {
            "\"tools\":[{\"name\":\"a\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"any\"} | tool_choice: the demand that a tool be called",
            "\"tools\":[{\"name\":\"a\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"a\"} | tool_choice: the demand that a tool be called",
            "\"output_config\":{\"effort\":\"huge\"} | output_config.effort: the unknown effort \"huge\"",
            "\"max_tokens\":0 | max_tokens: 0"})
    void refusedFields(String fields, String problem) {
        ApiException e = assertThrows(ApiException.class, () -> encode(
                "{\"model\":\"x\",\"max_tokens\":9,\"messages\":[" + ASK + "]," + fields + "}"));
        assertEquals(problem + " cannot be sent to provider home", e.getMessage());
        assertEquals(400, e.status());
    }

    @Test
    void textOfBlocks() {
        becomes("""
            [{"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two","cache_control":{"type":"ephemeral"}}]},
             {"role":"assistant","content":[{"type":"text","text":"Let me "},{"type":"text","text":"see."}]},
             {"role":"user","content":""}]""",
                """
                    [{"role":"user","content":"one\\n\\ntwo"},{"role":"assistant","content":"Let me see."},{"role":"user","content":""}]""");
    }

    @Tag("case-17")
    @Test
    @DisplayName("case 17: images as bytes beside the text, also those of a result")
    void images() {
        becomes("[{\"role\":\"user\",\"content\":[" + IMAGE + ",{\"type\":\"text\",\"text\":\"what?\"}]}," + CALLS
                + ",{\"role\":\"user\",\"content\":["
                + result("A", "\"content\":[{\"type\":\"text\",\"text\":\"shot\"}," + IMAGE + "]") + ","
                + result("B", "\"content\":\"\"") + "]}]",
                "[{\"role\":\"user\",\"content\":\"what?\",\"images\":[\"aWk=\"]}," + CALLED + ","
                        + tool("a", "A", "\"shot\",\"images\":[\"aWk=\"]") + "," + tool("b", "B", "\"\"") + "]");
    }

    @Tag("case-9")
    @Test
    @DisplayName("case 9: results first and in the order of their calls, by which alone templates pair them, then what else the user said")
    void results() {
        becomes("[" + ASK + "," + CALLS + ",{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"also\"},"
                + result("B", "\"content\":\"2\",\"is_error\":true") + "," + result("A", "\"content\":\"1\"") + "]}]",
                "[" + ASK + "," + CALLED + "," + tool("a", "A", "\"1\"") + "," + tool("b", "B", "\"[tool_error] 2\"")
                        + ",{\"role\":\"user\",\"content\":\"also\"}]");
    }

    @Tag("case-9")
    @Test
    @DisplayName("case 9: an orphan, a call without an answer, two answers to one call")
    void repairs() {
        becomes("[{\"role\":\"user\",\"content\":[" + result("Z", "\"content\":\"0\"") + "]}," + CALLS
                + ",{\"role\":\"user\",\"content\":[" + result("A", "\"content\":\"1\"") + ","
                + result("A", "\"content\":\"2\"") + "]}]",
                "[{\"role\":\"user\",\"content\":\"[result of tool call Z]\\n\\n0\"}," + CALLED + ","
                        + tool("a", "A", "\"1\\n\\n2\"") + ","
                        + tool("b", "B", "\"[tool_error] the call was not answered\"") + "]");
    }

    @Tag("case-4")
    @Test
    @DisplayName("case 4: reasoning goes back as text, its signature does not")
    void thinkingGoesBack() {
        becomes("""
            [{"role":"user","content":"a"},{"role":"assistant","content":[
              {"type":"thinking","thinking":"hm","signature":"caravan:ollama"},{"type":"redacted_thinking","data":"x"},
              {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}},{"type":"text","text":"b"}]},
             {"role":"user","content":"c"}]""",
                """
                    [{"role":"user","content":"a"},{"role":"assistant","content":"b","thinking":"hm"},{"role":"user","content":"c"}]""");
    }

    @Tag("case-12")
    @Test
    @DisplayName("case 12: system turns stay in their place")
    void systemTurns() {
        becomes("[" + ASK
                + ",{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"s\"}]},{\"role\":\"assistant\",\"content\":\"b\"}]",
                "[" + ASK + ",{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"assistant\",\"content\":\"b\"}]");
    }

    @Test
    void documentsOfTextAndSearchResults() {
        becomes("""
            [{"role":"user","content":[
              {"type":"document","title":"T","context":"C","source":{"type":"text","media_type":"text/plain","data":"d"}},
              {"type":"search_result","source":"http://s","title":"S","content":[{"type":"text","text":"found"}]}]}]""",
                """
                    [{"role":"user","content":"Document: T\\nContext: C\\n\\nd\\n\\nSearch result: S\\nSource: http://s\\n\\nfound"}]""");
    }

    @Tag("case-17")
    @ParameterizedTest
    @DisplayName("what Ollama cannot be sent is refused, with the block and the provider")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"http://x/i.png\"}} | messages.0.content.1.source: an image to be fetched from a URL",
            "{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}} | messages.0.content.1.source: a file that was uploaded to Anthropic",
            "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"u\"}} | messages.0.content.1.source: a document to be fetched from a URL",
            "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"eA==\"}} | messages.0.content.1.source: a document of type application/pdf",
            "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"u\"}}]} | messages.0.content.1.content.0.source: an image to be fetched from a URL",
            "{\"type\":\"container_upload\",\"file_id\":\"f\"} | messages.0.content.1: a block of type \"container_upload\" here"})
    void refusedBlocks(String block, String problem) {
        ApiException e = assertThrows(ApiException.class,
                () -> encode(
                        "{\"model\":\"x\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},"
                                + block + "]}]}"));
        assertEquals(problem + " cannot be sent to provider home", e.getMessage());
        assertEquals(ErrorType.INVALID_REQUEST_ERROR, e.type());
    }
}
