package dev.caravan.provider.exec;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests as clients send them and the lines that processes read. */
class ExecRequestEncoderTest {
    static Stream<Arguments> requests() {
        return Stream.of(request("strings become arrays of blocks", """
            {"model":"claude-x","max_tokens":5,"system":"Be brief.","messages":[{"role":"user","content":"Hi"}]}""", """
            "system":[{"type":"text","text":"Be brief."}],\
            "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],\
            "max_tokens":5,"stream":false"""),
                request("all options",
                        """
                            {"stream":true,"temperature":0.7,"top_p":0.95,"top_k":40,"stop_sequences":["THE END","\\n"],
                             "thinking":{"type":"enabled","budget_tokens":2000},"metadata":{"user_id":"u"},"service_tier":"auto",
                             "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type": "object"}}},
                             "model":"claude-x","max_tokens":4000,"messages":[{"role":"user","content":"Hi"}]}""",
                        """
                            "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],\
                            "max_tokens":4000,"stop_sequences":["THE END","\\n"],\
                            "temperature":0.7,"top_p":0.95,"top_k":40,"thinking":{"type":"enabled","budget_tokens":2000},\
                            "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},\
                            "stream":true"""),
                request("a conversation with tools, their results and a system turn", """
                    {"model":"claude-x","max_tokens":5,"messages":[
                      {"role":"user","content":[{"type":"text","text":"Time?","cache_control":{"type":"ephemeral"}}]},
                      {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"caravan:sig"},
                        {"type":"redacted_thinking","data":"xyz"},
                        {"type":"tool_use","id":"t1","name":"get_time","input":{ "zone" : "a  b" ,
                          "n" : 1.50 }}]},
                      {"role":"system","content":"Note."},
                      {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"12:00"},
                        {"type":"tool_result","tool_use_id":"t2","is_error":true}]}]}""", """
                    "messages":[{"role":"user","content":[{"type":"text","text":"Time?"}]},\
                    {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"sig"},\
                    {"type":"redacted_thinking","data":"xyz"},\
                    {"type":"tool_use","id":"t1","name":"get_time","input":{"zone":"a  b","n":1.50}}]},\
                    {"role":"system","content":[{"type":"text","text":"Note."}]},\
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1",\
                    "content":[{"type":"text","text":"12:00"}]},\
                    {"type":"tool_result","tool_use_id":"t2","content":[],"is_error":true}]}],\
                    "max_tokens":5,"stream":false"""),
                request("images and documents stay blocks, and so does what only Anthropic knows", """
                    {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":[
                      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}},
                      {"type":"image","source":{"type":"url","url":"https://a.example/b.png"}},
                      {"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"d"}},
                      {"type":"document","context":"C","source":{"type":"content","content":"c"}},
                      {"type":"document","source":{"type":"file","file_id":"f1"}},
                      {"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]},
                      {"type":"container_upload", "file_id": "f2"}]}]}""",
                        """
                            "messages":[{"role":"user","content":[\
                            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}},\
                            {"type":"image","source":{"type":"url","url":"https://a.example/b.png"}},\
                            {"type":"document","source":{"type":"text","media_type":"text/plain","data":"d"},"title":"T"},\
                            {"type":"document","source":{"type":"content","content":[{"type":"text","text":"c"}]},"context":"C"},\
                            {"type":"document","source":{"type":"file","file_id":"f1"}},\
                            {"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]},\
                            {"type":"container_upload","file_id":"f2"}]}],\
                            "max_tokens":5,"stream":false"""),
                request("the client's tools are offered, Anthropic's are not", """
                    {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],
                     "tool_choice":{"type":"tool","name":"a","disable_parallel_tool_use":true},
                     "tools":[{"type":"web_search_20250305","name":"web_search"},
                       {"name":"a","description":"A","strict":true,"cache_control":{"type":"ephemeral"},
                        "input_schema":{"type":"object", "properties" : {"x y":{"type":"string"}}}},
                       {"type":"custom","name":"b","input_schema":{}}]}""", """
                    "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],\
                    "tools":[{"name":"a","description":"A","input_schema":{"type":"object","properties":\
                    {"x y":{"type":"string"}}},"strict":true},{"name":"b","input_schema":{}}],\
                    "tool_choice":{"type":"tool","name":"a","disable_parallel_tool_use":true},\
                    "max_tokens":5,"stream":false"""),
                request("a choice of a tool that is not offered is left out", """
                    {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],
                     "tool_choice":{"type":"tool","name":"web_search"},
                     "tools":[{"type":"web_search_20250305","name":"web_search"},{"name":"b","input_schema":{}}]}""",
                        """
                            "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],\
                            "tools":[{"name":"b","input_schema":{}}],"max_tokens":5,"stream":false"""),
                request("a choice without tools is left out", """
                    {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],
                     "tool_choice":{"type":"any"},"tools":[{"type":"bash_20250124","name":"bash"}]}""", """
                    "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],\
                    "max_tokens":5,"stream":false"""),
                request("a line that changes from request to request would spoil a prefix cache", """
                    {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],
                     "system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1; cch=36ee5;"},
                       {"type":"text","text":"You are."}]}""", """
                    "system":[{"type":"text","text":"You are."}],\
                    "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],\
                    "max_tokens":5,"stream":false"""),
                request("that line may also begin the prompt", """
                    {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],
                     "system":"x-anthropic-billing-header: cch=36ee5;\\n\\nYou are."}""", """
                    "system":[{"type":"text","text":"You are."}],\
                    "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],\
                    "max_tokens":5,"stream":false"""));
    }

    private static Arguments request(String what, String body, String line) {
        return Arguments.of(what, body, line);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void aRequestBecomesALine(String what, String body, String line) {
        assertEquals("{\"type\":\"generate\",\"id\":\"msg_1\",\"model\":\"demo\"," + line + "}\n",
                new String(encode(body), StandardCharsets.UTF_8));
    }

    @Test
    void whateverThePromptHoldsTheLineIsOne() {
        String text = "'\\\"\\n\\r\\u0000\\u0085\\u2028 $(id) 你🎉\\ud83c\\udf89";
        byte[] line = encode("""
            {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"%s"},
             {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{"a":"%s"}}]}]}"""
                .formatted(text, text));
        String written = new String(line, StandardCharsets.UTF_8);
        assertEquals(line.length - 1, written.getBytes(StandardCharsets.UTF_8).length - 1);
        assertEquals(written.length() - 1, written.indexOf('\n'));
        assertFalse(written.contains("\r"));
        // Read back it is the same prompt.
        var again = RequestDecoder.decode(line, ApiVersion.V2023_06_01);
        assertArrayEquals(line, ExecRequestEncoder.encode(again, "msg_1", new Call.Target("home", "demo"), null));
    }

    @Test
    void aToolThatIsNotDeclaredCannotBeDemanded() {
        ApiException e = assertThrows(ApiException.class, () -> encode("""
            {"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],
             "tool_choice":{"type":"tool","name":"nowhere"}}"""));
        assertEquals("tool_choice.name: the demand for \"nowhere\", which is not declared in tools, "
                + "cannot be sent to provider home", e.getMessage());
        assertEquals(400, e.status());
    }

    private static byte[] encode(String body) {
        var request = RequestDecoder.decode(body.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01);
        return ExecRequestEncoder.encode(request, "msg_1", new Call.Target("home", "demo"), null);
    }

    @Test
    void aSeedIsPassedOn() {
        var request = RequestDecoder.decode("""
            {"model":"m","max_tokens":1,"seed":-7,"messages":[{"role":"user","content":"Hi"}]}"""
                .getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01);
        assertEquals(-7L, request.seed());
        String line = new String(ExecRequestEncoder.encode(request, "msg_1", new Call.Target("home", "demo"), 12L),
                StandardCharsets.UTF_8);
        assertTrue(line.contains("\"seed\":12,"), line);
    }

    @Test
    void theSeedIsTheClientsOrThatOfItsDoor() {
        Call call = new Call();
        assertNull(call.getSeed());
        call.setRequest(RequestDecoder.decode("""
            {"model":"m","max_tokens":1,"seed":7,"messages":[{"role":"user","content":"Hi"}]}"""
                .getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01));
        assertEquals(7L, call.getSeed());
        call.setSeed(8L);
        assertEquals(8L, call.getSeed());
    }
}
