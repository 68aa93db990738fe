package dev.caravan.message;

import static dev.caravan.message.Requests.blocks;
import static dev.caravan.message.Requests.decode;
import static dev.caravan.message.Requests.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.UrlSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a valid request is decoded to. */
class RequestDecoderTest {
    @Test
    void theLeastRequest() {
        MessageRequest request = decode("""
            {"model":"m","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}""");
        assertEquals("m", request.model());
        assertEquals(1, request.maxTokens());
        assertEquals(List.of(new InputMessage(InputMessage.Role.USER, List.of(new ContentBlock.Text("hi")))),
                request.messages());
        assertEquals(List.of(), request.system());
        assertFalse(request.stream());
        assertEquals(List.of(), request.stopSequences());
        assertNull(request.temperature());
        assertNull(request.topP());
        assertNull(request.topK());
        assertEquals(List.of(), request.tools());
        assertNull(request.toolChoice());
        assertNull(request.thinking());
        assertNull(request.effort());
        assertNull(request.outputSchema());
        assertNull(request.userId());
        assertEquals(0, request.mediaBytes());
        assertTrue(request.estimatedInputTokens() > 0);
    }

    @Test
    void everyFieldThatIsKept() {
        MessageRequest request = decode("""
            {"model":"claude","max_tokens":32000,"stream":true,"temperature":0.5,"top_p":0.99,"top_k":40,
             "stop_sequences":["END","\\n\\n"],
             "system":[{"type":"text","text":"You are","cache_control":{"type":"ephemeral","ttl":"1h"}},
                       {"type":"text","text":"brief."}],
             "tools":[{"name":"f","input_schema":{"type":"object"}}],
             "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
             "thinking":{"type":"enabled","budget_tokens":1024,"display":"omitted"},
             "output_config":{"effort":"xhigh","format":{"type":"json_schema","schema":{"type": "object"}}},
             "metadata":{"user_id":"u-1"},
             "messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"ho"},
                         {"role":"system","content":"now shout"},{"role":"user","content":"hey"}]}""");
        assertTrue(request.stream());
        assertEquals(0.5, request.temperature());
        assertEquals(0.99, request.topP());
        assertEquals(40, request.topK());
        assertEquals(List.of("END", "\n\n"), request.stopSequences());
        assertEquals(List.of(new ContentBlock.Text("You are"), new ContentBlock.Text("brief.")), request.system());
        assertEquals("f", request.tools().getFirst().name());
        assertEquals(new ToolChoice(ToolChoice.Mode.TOOL, "f", true), request.toolChoice());
        assertEquals(new Thinking("enabled", 1_024), request.thinking());
        assertEquals("xhigh", request.effort());
        assertEquals("{\"type\": \"object\"}", request.outputSchema().text());
        assertEquals("u-1", request.userId());
        assertEquals(List.of(InputMessage.Role.USER, InputMessage.Role.ASSISTANT, InputMessage.Role.SYSTEM,
                InputMessage.Role.USER), request.messages().stream().map(InputMessage::role).toList());
    }

    @Test
    void aSystemMessageBetweenTheOthers() {
        MessageRequest request = decode("""
            {"model":"m","max_tokens":1,"messages":[{"role":"user","content":"hi"},
            {"content":[{"type":"text","text":"Available agents"},{"type":"tool_removal","tool":{}}],"role":"system"},
            {"role":"assistant","content":"ho"}]}""");
        assertEquals(InputMessage.Role.SYSTEM, request.messages().get(1).role());
        assertEquals(new ContentBlock.Text("Available agents"), request.messages().get(1).content().getFirst());
    }

    @Test
    void systemAsAStringAndEmpty() {
        assertEquals(List.of(new ContentBlock.Text("be brief")), decode(with("\"system\":\"be brief\"")).system());
        assertEquals(List.of(), decode(with("\"system\":\"\"")).system());
        assertEquals(List.of(), decode(with("\"system\":[]")).system());
        assertEquals(List.of(), decode(with("\"system\":null")).system());
    }

    @Test
    void toolsOfEveryKind() {
        List<Tool> tools = decode(with("""
            "tools":[{"name":"f","description":"does f","input_schema":{ "type":"object" },"strict":true,
                      "cache_control":{"type":"ephemeral"},"input_examples":[{}],"allowed_callers":["direct"]},
                     {"type":"custom","name":"g","input_schema":{},"description":null,"strict":null},
                     {"type":null,"name":"h","input_schema":{}},
                     {"type":"web_search_20250305","name":"web_search","max_uses":5},
                     {"type":"computer_toolset_20260801"}]""")).tools();
        assertEquals(5, tools.size());
        assertEquals("f", tools.get(0).name());
        assertEquals("does f", tools.get(0).description());
        assertEquals("{ \"type\":\"object\" }", tools.get(0).inputSchema().text());
        assertEquals(true, tools.get(0).strict());
        assertEquals(List.of(true, true, true, false, false), tools.stream().map(Tool::custom).toList());
        assertNull(tools.get(1).description());
        assertNull(tools.get(1).strict());
        assertEquals("web_search", tools.get(3).name());
        assertNull(tools.get(4).name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"type\":\"auto\"}|AUTO||false", "{\"type\":\"any\"}|ANY||false",
            "{\"type\":\"none\"}|NONE||false", "{\"name\":\"f\",\"type\":\"tool\"}|TOOL|f|false",
            "{\"type\":\"any\",\"disable_parallel_tool_use\":true}|ANY||true",
            "{\"type\":\"auto\",\"disable_parallel_tool_use\":null,\"x\":[1]}|AUTO||false"})
    void toolChoices(String json, ToolChoice.Mode mode, String name, boolean single) {
        assertEquals(new ToolChoice(mode, name, single), decode(with("\"tool_choice\":" + json)).toolChoice());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"type\":\"enabled\",\"budget_tokens\":1024}|enabled|1024|true",
            "{\"budget_tokens\":4095,\"type\":\"enabled\"}|enabled|4095|true",
            "{\"type\":\"disabled\"}|disabled|0|false",
            "{\"type\":\"disabled\",\"budget_tokens\":0}|disabled|0|false",
            "{\"type\":\"adaptive\",\"display\":\"summarized\"}|adaptive|0|true",
            "{\"type\":\"adaptive\",\"budget_tokens\":9000}|adaptive|0|true",
            "{\"type\":\"between_tools\"}|between_tools|0|true"})
    void thinking(String json, String mode, int budget, boolean wanted) {
        Thinking thinking = decode(with("\"thinking\":" + json)).thinking();
        assertEquals(new Thinking(mode, budget), thinking);
        assertEquals(wanted, thinking.wanted());
    }

    /** Interleaved with tool calls, thinking may take more than one reply's tokens. */
    @Test
    void withToolsABudgetMayExceedMaxTokens() {
        assertEquals(9_000, decode(with("""
            "thinking":{"type":"enabled","budget_tokens":9000},"tools":[{"name":"f","input_schema":{}}]""")).thinking()
                .budgetTokens());
    }

    @Test
    void nullStandsForAFieldThatIsNotThere() {
        MessageRequest request = decode(with("""
            "system":null,"stream":null,"stop_sequences":null,"temperature":null,"top_p":null,"top_k":null,"tools":null,
            "tool_choice":null,"thinking":null,"output_config":null,"metadata":null,"container":null,"speed":null"""));
        assertFalse(request.stream());
        assertNull(request.temperature());
        assertNull(request.toolChoice());
        assertNull(decode(with("\"output_config\":{\"effort\":null,\"format\":null}")).outputSchema());
        assertNull(decode(with("\"metadata\":{\"user_id\":null}")).userId());
    }

    @Test
    void unknownFieldsAreAcceptedEverywhere() {
        MessageRequest request = decode("""
            {"invented":{"deep":[{"x":null}]},"context_management":{"edits":[]},"model":"m","max_tokens":1,
             "service_tier":"auto","speed":"fast","container":{"skills":[]},"betas":["a"],
             "system":[{"type":"text","x":1,"text":"s","y":{"text":"no"}}],
             "metadata":{"user_id":"u","trace":[1]},"output_config":{"effort":"low","task_budget":{"total":1}},
             "thinking":{"type":"adaptive","x":[]},"tool_choice":{"type":"auto","x":{}},
             "tools":[{"x":{"name":"no"},"name":"f","input_schema":{},"y":1}],
             "messages":[{"id":"x","role":"user","x":{"role":"no"},"content":[
               {"type":"text","x":{"text":"no"},"text":"t"},
               {"type":"image","x":[],"source":{"type":"url","x":1,"url":"u"}},
               {"type":"tool_result","x":1,"tool_use_id":"i","content":[{"type":"text","text":"r","x":[[]]}]}]}]}""");
        assertEquals(List.of(new ContentBlock.Text("t"), new Image(new UrlSource("u")),
                new ToolResult("i", List.of(new ContentBlock.Text("r")), false)),
                request.messages().getFirst().content());
        assertEquals("f", request.tools().getFirst().name());
        assertEquals("u", request.userId());
    }

    /** As with most parsers the last one counts; only a model is not given twice, since routing and keys hang on it. */
    @Test
    void ofTwoFieldsOfOneNameTheLastCounts() {
        MessageRequest request = decode("""
            {"model":"m","max_tokens":1,"max_tokens":2,"stream":false,"stream":true,"system":"a","system":"b",
             "messages":[],"messages":[{"role":"assistant","role":"user","content":"x","content":"y"}]}""");
        assertEquals(2, request.maxTokens());
        assertTrue(request.stream());
        assertEquals(List.of(new ContentBlock.Text("b")), request.system());
        assertEquals(List.of(new InputMessage(InputMessage.Role.USER, List.of(new ContentBlock.Text("y")))),
                request.messages());
    }

    @Test
    void charactersOutsideOfTheBasicPlane() {
        assertEquals(List.of(new ContentBlock.Text("\uD83C\uDF89 你好 \uD83C\uDF89")),
                blocks("\"\uD83C\uDF89 你好 \\ud83c\\udf89\""));
    }

    @Test
    void aByteOrderMarkIsSkipped() {
        MessageRequest request = decode("\uFEFF" + with("\"stream\":true"));
        assertEquals("m", request.model());
        assertEquals("\uFEFF" + with("\"stream\":true").replace("\"m\"", "\"other\""),
                new String(request.bodyForModel("other"), StandardCharsets.UTF_8));
    }

    @Test
    void countingNeedsNoMaxTokens() {
        byte[] body = """
            {"model":"m","messages":[{"role":"user","content":"hi"}]}""".getBytes(StandardCharsets.UTF_8);
        MessageRequest request = RequestDecoder.decodeForCounting(body, ApiVersion.V2026_10_21);
        assertEquals(0, request.maxTokens());
        assertEquals("max_tokens: Field required",
                assertThrows(ApiException.class, () -> RequestDecoder.decode(body, ApiVersion.V2026_10_21))
                        .getMessage());
    }

    @Test
    void maxTokensMayBeNought() {
        assertEquals(0, decode("""
            {"model":"m","max_tokens":0,"messages":[{"role":"user","content":"hi"}]}""").maxTokens());
    }

    @Test
    void theRequestCannotBeChanged() {
        MessageRequest request = decode(with("""
            "system":[{"type":"text","text":"s"}],"tools":[{"name":"f","input_schema":{}}],"stop_sequences":["x"]"""));
        assertThrows(UnsupportedOperationException.class, () -> request.messages().clear());
        assertThrows(UnsupportedOperationException.class, () -> request.messages().getFirst().content().clear());
        assertThrows(UnsupportedOperationException.class, () -> request.system().clear());
        assertThrows(UnsupportedOperationException.class, () -> request.tools().clear());
        assertThrows(UnsupportedOperationException.class, () -> request.stopSequences().clear());
    }

    @Test
    void versionsDiffer() {
        String cited = """
            [{"type":"text","text":"a","citations":[]},{"type":"search_result","source":"s","title":"t",
              "content":[{"type":"text","text":"x","citations":null}]}]""";
        assertEquals(2, decode(Requests.withMessage("user", cited), ApiVersion.V2026_10_21).messages().getFirst()
                .content().size());
        String citedByAssistant = """
            [{"type":"text","text":"a","citations":[{"type":"char_location"}]}]""";
        assertEquals(List.of(new ContentBlock.Text("a", true)),
                decode(Requests.withMessage("assistant", citedByAssistant), ApiVersion.V2026_10_21).messages()
                        .getFirst().content());
        assertNull(decode(with("\"temperature\":null"), ApiVersion.V2026_10_21).temperature());
    }
}
