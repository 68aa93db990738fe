package dev.caravan.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as they are sent to Anthropic: the client's bytes, but for what it would refuse. */
class AnthropicRequestEncoderTest {
    private static final Set<String> SAMPLING = Set.of("temperature", "top_p", "top_k");
    private static final String MINE = "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"caravan:openai\"}";
    private static final String NO_SIGNATURE = "{\"signature\" : \"\", \"thinking\":\"t\",\"type\":\"thinking\"}";
    private static final String SIGNED = "{ \"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"EqQBCgIYAhIM+/=\" }";
    private static final String REDACTED = "{\"type\":\"redacted_thinking\",\"data\":\"Zm9v\\/+==\"}";
    private static final String TOOL = "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":{\"n\": 1.0 }}";
    private static final String TEXT = "{\"type\":\"text\",\"text\":\"Hi\"}";

    private static byte[] encode(String body, String model, Set<String> without) {
        return AnthropicRequestEncoder.encode(decoded(body), model, without);
    }

    private static MessageRequest decoded(String body) {
        return RequestDecoder.decode(body.getBytes(UTF_8), ApiVersion.V2023_06_01);
    }

    private static String encoded(String body) {
        return new String(encode(body, "m", Set.of()), UTF_8);
    }

    /** A conversation whose assistant has said this. */
    private static String conversation(String assistant) {
        return "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a\"},\n {\"role\":\"assistant\","
                + "\"content\":" + assistant + " }, {\"role\":\"user\",\"content\":\"b\"} ],\"z\":1e3}";
    }

    static Stream<Arguments> unchanged() {
        return Stream.of(
                unchanged("case 4: a genuine signature", conversation("[" + SIGNED + "," + TOOL + "]")),
                unchanged("case 4: thinking that is not shown", conversation(
                        "[{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"EqQB\"}," + TEXT + "]")),
                unchanged("case 4: redacted thinking", conversation("[" + REDACTED + " , " + TEXT + "]")),
                unchanged("case 4: words of Caravan's in a text", conversation(
                        "[{\"type\":\"text\",\"text\":\"x\",\"signature\":\"caravan:openai\"}]")),
                unchanged("case 4: words of Caravan's inside a tool's input", conversation(
                        "[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"content\":[" + MINE
                                + "]}}]")),
                unchanged("case 4: words of Caravan's in an unknown field", conversation(
                        "[" + TEXT + "],\"new\":{\"content\":[" + MINE + "]}")),
                unchanged("case 9: results in any order, images between",
                        """
                            {"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"A","name":"f","input":{}},
                            {"type":"tool_use","id":"B","name":"f","input":{}}]},{"role":"user","content":[{"type":"text","text":"also"},
                            {"type":"tool_result","tool_use_id":"B"},{"type":"tool_result","tool_use_id":"A","content":[],"is_error":true},
                            {"type":"tool_result","tool_use_id":"A","content":""},{"type":"tool_result","tool_use_id":"nobody","content":"x"},
                            {"type":"image","source":{"type":"url","url":"https://example.org/i.png"}}]}]}"""),
                unchanged("case 10: ids and names as they are", conversation(
                        "[{\"type\":\"tool_use\",\"id\":\"functions.Bash:0\",\"name\":\"" + "n".repeat(128)
                                + "\",\"input\":{}}]")),
                unchanged("case 11: the attribution block and cache breakpoints",
                        """
                            {"model":"m","max_tokens":9,"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1; cch=36ee5;"},
                            {"type":"text","text":"You are","cache_control":{"type":"ephemeral","ttl":"1h"}}],"tools":[{"name":"f",
                            "input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}],"cache_control":{"type":"ephemeral"},
                            "messages":[{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}]}]}"""),
                unchanged("case 12: system turns within the conversation",
                        """
                            {"model":"m","max_tokens":9,"system":"s","messages":[{"role":"user","content":"a"},{"role":"system","content":"Available"},
                            {"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"system","content":[{"type":"text","text":"d"},
                            {"type":"tool_removal","tool":{"type":"tool_reference","name":"f"}}]}]}"""),
                unchanged("case 13: unknown and beta fields",
                        """
                            {"betas_of_mine":[],"model":"m","max_tokens":32000,"context_management":{"edits":[{"type":"clear_thinking_20251015"}]},
                            "output_config":{"effort":"high","task_budget":{"total":1}},"thinking":{"type":"adaptive","display":"omitted"},
                            "speed":"fast","service_tier":"auto","metadata":{"user_id":"{\\"a\\":1}"},"mcp_servers":[{"url":"u"}],"temperature":0.10,
                            "top_p":1e0,"top_k":0,"stop_sequences":["a","b","c","d","e"],"container":{"id":"c"},
                            "messages":[{"role":"user","content":"a","new":-0.0}]}"""),
                unchanged("case 17: images and documents",
                        """
                            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":[
                            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"},"transformations":{"oversized_image":"error"}},
                            {"type":"document","source":{"type":"file","file_id":"f"},"citations":{"enabled":true}},
                            {"type":"container_upload","file_id":"f"},{"type":"from_the_future","x":[{}]}]}]}"""),
                unchanged("case 19: server tools, toolsets, and their blocks",
                        """
                            {"model":"m","max_tokens":9,"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":1},
                            {"type":"computer_toolset_20260801"}],"tool_choice":{"type":"tool","name":"web_search"},"messages":[
                            {"role":"user","content":"a"},{"role":"assistant","content":[{"type":"server_tool_use","id":"srvtoolu_1",
                            "name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[
                            {"type":"web_search_result","encrypted_content":"Eo8=","title":"t","url":"u"}]},
                            {"type":"text","text":"so","citations":[{"type":"web_search_result_location","encrypted_index":"E=="}]}]},
                            {"role":"user","content":"b"}]}"""),
                unchanged("numbers, escapes and white space in any spelling",
                        "\r\n{\t\"model\" : \"m\" ,\"max_tokens\":64,\"n\":[1.0,1e3,-0,1E+400,123456789012345678901234567890],"
                                + "\"s\":\"\\u00e9 é \\ud83d\\ude00 😀 \\/ \\u2028\",\"messages\":[ {\"role\":\"user\",\"content\":\"a\"} ] }\n "));
    }

    private static Arguments unchanged(String what, String body) {
        return Arguments.of(what, body);
    }

    @Tag("case-4")
    @Tag("case-9")
    @Tag("case-10")
    @Tag("case-11")
    @Tag("case-12")
    @Tag("case-13")
    @Tag("case-17")
    @Tag("case-19")
    @ParameterizedTest(name = "{0}")
    @MethodSource("unchanged")
    void whatAnthropicTakesIsSentAsItIs(String what, String body) {
        MessageRequest request = decoded(body);
        assertSame(request.body(), AnthropicRequestEncoder.encode(request, "m", Set.of()));
        assertEquals(body.replace("\"m\"", "\"claude \\\"x\\\" ü\""),
                new String(AnthropicRequestEncoder.encode(request, "claude \"x\" ü", Set.of()), UTF_8));
    }

    static Stream<Arguments> foreign() {
        return Stream.of(
                foreign("first", "[" + MINE + ", " + TOOL + "]", "[" + TOOL + "]"),
                foreign("without a signature", "[ " + NO_SIGNATURE + "\n,\n" + TEXT + "]", "[ " + TEXT + "]"),
                foreign("signature null",
                        "[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":null}," + TEXT + "]",
                        "[" + TEXT + "]"),
                foreign("no such field", "[{\"type\":\"thinking\",\"thinking\":\"t\"}," + TEXT + "]", "[" + TEXT + "]"),
                foreign("in escapes",
                        "[{\"\\u0074ype\":\"think\\u0069ng\",\"thinking\":\"t\",\"signature\":\"\\u0063aravan:x\"},"
                                + TEXT + "]",
                        "[" + TEXT + "]"),
                foreign("last", "[" + TEXT + " , " + MINE + " ]", "[" + TEXT + " ]"),
                foreign("between", "[" + TEXT + ", " + MINE + ",\t" + TOOL + "]", "[" + TEXT + ",\t" + TOOL + "]"),
                foreign("many, beside genuine ones", "[" + MINE + "," + SIGNED + "," + NO_SIGNATURE + ", " + MINE + ","
                        + REDACTED + "," + TEXT + "," + MINE + "]", "[" + SIGNED + "," + REDACTED + "," + TEXT + "]"));
    }

    private static Arguments foreign(String what, String content, String left) {
        return Arguments.of("case 4: foreign reasoning " + what, content, left);
    }

    @Tag("case-4")
    @ParameterizedTest(name = "{0}")
    @MethodSource("foreign")
    void reasoningThatAnthropicHasNotSignedIsLeftOut(String what, String content, String left) {
        assertEquals(conversation(left), encoded(conversation(content)));
        String marked = "\uFEFF" + conversation(content);
        assertEquals("\uFEFF" + conversation(left), encoded(marked));
        assertEquals(conversation(left).replace("\"m\"", "\"longer-name\""),
                new String(encode(conversation(content), "longer-name", Set.of()), UTF_8));
    }

    @Tag("case-4")
    @ParameterizedTest(name = "case 4: no message is left without content ({0})")
    @ValueSource(strings = {MINE, MINE + "," + NO_SIGNATURE})
    void aMessageOfNothingElseIsLeftOut(String blocks) {
        assertEquals("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
                + " {\"role\":\"user\",\"content\":\"b\"} ],\"z\":1e3}", encoded(conversation("[" + blocks + "]")));
    }

    @Test
    void anEmptyMessageOfTheClientsOwnIsLeftToAnthropic() {
        assertEquals(conversation("[]").replace("\"b\"", "[]"),
                encoded(conversation("[]").replace("\"b\"", "[]")));
    }

    @Test
    void whereNothingWouldBeLeftTheClientIsTold() {
        ApiException failure = assertThrows(ApiException.class, () -> encoded(
                "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"assistant\",\"content\":[" + MINE
                        + "]}]}"));
        assertEquals(400, failure.status());
        assertTrue(failure.getMessage().startsWith("messages: "), failure.getMessage());
    }

    /** What counts in JSON is the last field of a name; what does not count may stay. */
    @Test
    void fieldsThatAreGivenTwice() {
        String twice = conversation("[" + TEXT + "],\"content\":[" + MINE + "," + TEXT + "]");
        assertEquals(conversation("[" + TEXT + "],\"content\":[" + TEXT + "]"), encoded(twice));
        String shadowed = conversation("[" + MINE + "],\"content\":[" + MINE + "," + TEXT + "]");
        assertEquals(conversation("[" + MINE + "],\"content\":[" + TEXT + "]"), encoded(shadowed));
    }

    @ParameterizedTest(name = "2026-10-21: {0}")
    @ValueSource(strings = {"\"temperature\":0.5,", "\"top_p\" : 1.0,", "\"top_k\":1\n,",
            "\"temperature\":1,\"top_p\":0.99,\"top_k\":0,", "\"t\\u0065mperature\":1,"})
    void samplingParametersAreLeftOutOfAnUpgradedRequest(String fields) {
        String end = "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
        String first = "{" + fields + "\"model\":\"m\",\"max_tokens\":9," + end;
        assertEquals("{\"model\":\"m\",\"max_tokens\":9," + end, new String(encode(first, "m", SAMPLING), UTF_8));
        String within = "{\"model\":\"m\",\"max_tokens\":9," + fields + end;
        assertEquals("{\"model\":\"n\",\"max_tokens\":9" + (fields.contains("\n") ? "\n," : ",") + end,
                new String(encode(within, "n", SAMPLING), UTF_8));
        String last = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"top_p\":1}] ,"
                + fields.substring(0, fields.length() - 1).strip() + " }";
        assertEquals(
                "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"top_p\":1}] }",
                new String(encode(last, "m", SAMPLING), UTF_8));
    }
}
