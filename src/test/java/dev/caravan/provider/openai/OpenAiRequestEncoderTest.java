package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything of a request but its conversation: wire text in, wire text out. */
class OpenAiRequestEncoderTest {
    @Tag("case-13")
    @Test
    @DisplayName("case 13: unknown fields are not refused and not sent on")
    void aWholeRequest() {
        assertEquals(
                """
                    {"model":"m","max_tokens":1024,"temperature":0.5,"top_p":0.9,"stop":["END"],"reasoning_effort":"high",\
                    "stream":true,"stream_options":{"include_usage":true},\
                    "tools":[{"type":"function","function":{"name":"get_weather","description":"Weather","parameters":{"type":"object"}}}],\
                    "tool_choice":"auto",\
                    "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]}""",
                Encoded.request("""
                    {"model":"claude-sonnet-4-5","max_tokens":1024,"system":"Be brief.","temperature":0.5,"top_p":0.9,
                     "top_k":40,"stop_sequences":["END"],"stream":true,
                     "thinking":{"type":"adaptive"},"output_config":{"effort":"high"},
                     "metadata":{"user_id":"{\\"device\\":\\"d1\\"}"},"service_tier":"auto","speed":"fast",
                     "context_management":{"edits":[]},"invented":{"a":[1]},
                     "tools":[{"name":"get_weather","description":"Weather","input_schema":{"type":"object"},
                               "cache_control":{"type":"ephemeral"}}],
                     "tool_choice":{"type":"auto"},
                     "messages":[{"role":"user","content":"Hi"}]}"""));
    }

    @Tag("case-5")
    @Test
    @DisplayName("case 5: only a stream is asked for its usage")
    void aReplyThatDoesNotStreamIsNotAskedForUsage() {
        assertEquals("", Encoded.fields("\"stream\":false"));
    }

    @Tag("case-13")
    @Test
    @DisplayName("case 13: max_tokens or max_completion_tokens")
    void theFieldThatLimitsTheReplyIsTheProvidersChoice() {
        OpenAiRequestEncoder encoder = Encoded
                .encoder("dialect: openai\noptions: { max-tokens-field: max_completion_tokens }");
        assertEquals(
                "{\"model\":\"m\",\"max_completion_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
                Encoded.request(
                        "{\"model\":\"x\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
                        encoder));
    }

    @Tag("case-13")
    @Test
    void zeroTokensAreRefused() {
        ApiException e = assertThrows(ApiException.class, () -> Encoded
                .request("{\"model\":\"x\",\"max_tokens\":0,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));
        assertEquals(400, e.status());
        assertEquals("max_tokens: 0 cannot be sent to provider home", e.getMessage());
    }

    @Tag("case-13")
    @Test
    @DisplayName("case 13: stop sequences up to the limit of the provider")
    void fourStopSequencesAtMost() {
        assertEquals(",\"stop\":[\"a\",\"b\",\"c\",\"d\"]",
                Encoded.fields("\"stop_sequences\":[\"a\",\"b\",\"c\",\"d\"]"));
        ApiException e = assertThrows(ApiException.class,
                () -> Encoded.fields("\"stop_sequences\":[\"a\",\"b\",\"c\",\"d\",\"e\"]"));
        assertEquals("stop_sequences: more than 4 cannot be sent to provider home", e.getMessage());
        assertEquals("", Encoded.fields("\"stop_sequences\":[]"));
    }

    @Tag("case-13")
    @ParameterizedTest
    @DisplayName("case 13: effort")
    @CsvSource({"low,low", "medium,medium", "high,high", "xhigh,high", "max,high"})
    void effort(String effort, String expected) {
        assertEquals(",\"reasoning_effort\":\"" + expected + "\"",
                Encoded.fields("\"output_config\":{\"effort\":\"" + effort + "\"}"));
    }

    @Tag("case-13")
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"output_config\":{\"effort\":null}",
            "\"thinking\":{\"type\":\"adaptive\"}", "\"thinking\":{\"type\":\"disabled\"}"})
    void noEffortIsMadeUp(String fields) {
        assertEquals("", Encoded.fields(fields));
    }

    @Tag("case-13")
    @Test
    void anEffortThatNobodyKnowsIsRefused() {
        ApiException e = assertThrows(ApiException.class,
                () -> Encoded.fields("\"output_config\":{\"effort\":\"utmost\"}"));
        assertEquals("output_config.effort: the unknown effort \"utmost\" cannot be sent to provider home",
                e.getMessage());
        assertEquals(400, e.status());
    }

    @Tag("case-13")
    @ParameterizedTest
    @DisplayName("case 13: a budget becomes an effort")
    @CsvSource({"1024,low", "4095,low", "4096,medium", "16383,medium", "16384,high", "60000,high"})
    void aBudgetBecomesAnEffort(int budget, String expected) {
        String encoded = Encoded.request("{\"model\":\"x\",\"max_tokens\":64000,\"messages\":[{\"role\":\"user\","
                + "\"content\":\"a\"}],\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":" + budget + "}}");
        assertEquals("{\"model\":\"m\",\"max_tokens\":64000,\"reasoning_effort\":\"" + expected
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", encoded);
    }

    @Tag("case-13")
    @Test
    @DisplayName("case 13: max_tokens is clamped to what the model can say")
    void aModelThatSaysLessIsAskedForLess() {
        OpenAiRequestEncoder encoder = Encoded
                .encoder(
                        "dialect: openai\nmodels: [{ id: m, max-output-tokens: 16384 }, { id: n, max-output-tokens: 1 }]");
        assertEquals("{\"model\":\"m\",\"max_tokens\":16384,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
                Encoded.request(
                        "{\"model\":\"x\",\"max_tokens\":32000,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
                        encoder));
    }

    @Tag("case-13")
    @Test
    void anOutputSchemaBecomesAResponseFormat() {
        assertEquals(
                ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"response\","
                        + "\"schema\":{\"type\": \"object\"},\"strict\":true}}",
                Encoded.fields(
                        "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\": \"object\"}}}"));
    }

    // -- the system prompt -------------------------------------------------------------------------------------------

    @Tag("case-11")
    @Tag("case-12")
    @ParameterizedTest
    @DisplayName("cases 11 and 12: the system prompt as string and array, without the billing line")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            // a string, an array, nothing
            "\"You are terse.\" | You are terse.",
            "[{\"type\":\"text\",\"text\":\"One.\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}},{\"type\":\"text\",\"text\":\"Two.\"}] | One.\\n\\nTwo.",
            "[{\"type\":\"text\",\"text\":\"\"},{\"type\":\"text\",\"text\":\"Two.\"}] | Two.",
            // the billing line, as a block and as the first line
            "[{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: cc_version=2.1; cch=36ee5;\"},{\"type\":\"text\",\"text\":\"You are\"}] | You are",
            "\"x-anthropic-billing-header: cc_version=2.1; cch=36ee5;\\nYou are\" | You are",
            "\"x-anthropic-billing-header: cch=36ee5;\\n\\nYou are\\n  here\" | You are\\n  here",
            // elsewhere it is text like any other
            "\"See x-anthropic-billing-header: a\" | See x-anthropic-billing-header: a"})
    void systemPrompt(String system, String expected) {
        assertEquals(
                "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"system\",\"content\":\"" + expected
                        + "\"},{\"role\":\"user\",\"content\":\"a\"}]}",
                Encoded.request("{\"model\":\"x\",\"max_tokens\":1,\"system\":" + system
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));
    }

    @Tag("case-12")
    @ParameterizedTest
    @DisplayName("case 12: an empty system prompt is none")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"\"\"", "[]", "[{\"type\":\"text\",\"text\":\"\"}]",
            "\"x-anthropic-billing-header: cch=1;\"",
            "[{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: cch=1;\\n\"}]"})
    void anEmptySystemPromptIsNone(String system) {
        assertEquals("{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
                Encoded.request("{\"model\":\"x\",\"max_tokens\":1,\"system\":" + system
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));
    }

    // -- tools -------------------------------------------------------------------------------------------------------

    private static final String TOOL_A = "{\"name\":\"a\",\"input_schema\":{\"type\":\"object\"}}";
    private static final String FUNCTION_A = "{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"}}}";
    private static final String SEARCH = "{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":5}";

    @Tag("case-11")
    @Test
    @DisplayName("case 11: a schema is sent as it is written")
    void aSchemaIsSentAsItIsWritten() {
        String schema = "{ \"type\" : \"object\",\"$schema\":\"x\",\"properties\":{\"b\":{\"type\":\"string\",\"default\":\"\\u00e4\\/\"},\"a\":{}},\"x\":1.50 }";
        assertEquals(
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"description\":\"ü\\n\",\"parameters\":"
                        + schema + "}}]",
                Encoded.fields(
                        "\"tools\":[{\"description\":\"ü\\n\",\"name\":\"a\",\"type\":\"custom\",\"input_schema\":"
                                + schema
                                + "}]"));
    }

    @Tag("case-11")
    @Test
    @DisplayName("case 11: no cache_control in tools")
    void whatOnlyAnthropicKnowsOfAToolIsNotSent() {
        String encoded = Encoded.fields("\"tools\":[{\"name\":\"a\",\"input_schema\":{\"type\":\"object\"},"
                + "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"},\"defer_loading\":true,\"eager_input_streaming\":true,"
                + "\"input_examples\":[{}],\"allowed_callers\":[\"direct\"],\"strict\":false}]");
        assertEquals(",\"tools\":[" + FUNCTION_A + "]", encoded);
        assertFalse(encoded.contains("cache_control"));
    }

    @Test
    void aStrictToolIsStrict() {
        assertEquals(
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"object\"},\"strict\":true}}]",
                Encoded.fields("\"tools\":[{\"name\":\"a\",\"strict\":true,\"input_schema\":{\"type\":\"object\"}}]"));
    }

    @Tag("case-18")
    @ParameterizedTest
    @DisplayName("case 18: tool_choice")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"{\"type\":\"auto\"} | ,\"tool_choice\":\"auto\"",
            "{\"type\":\"any\"} | ,\"tool_choice\":\"required\"", "{\"type\":\"none\"} | ,\"tool_choice\":\"none\"",
            "{\"type\":\"tool\",\"name\":\"a\"} | ,\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"a\"}}",
            "{\"type\":\"auto\",\"disable_parallel_tool_use\":true} | ,\"tool_choice\":\"auto\",\"parallel_tool_calls\":false",
            "{\"type\":\"any\",\"disable_parallel_tool_use\":false} | ,\"tool_choice\":\"required\"",
            // a choice that names a tool which runs at Anthropic
            "{\"type\":\"tool\",\"name\":\"web_search\"} | ~~"})
    void toolChoice(String choice, String expected) {
        assertEquals(",\"tools\":[" + FUNCTION_A + "]" + expected,
                Encoded.fields("\"tools\":[" + TOOL_A + "," + SEARCH + "],\"tool_choice\":" + choice));
    }

    @Tag("case-18")
    @Test
    void aToolThatIsNotDeclaredCannotBeDemanded() {
        ApiException e = assertThrows(ApiException.class, () -> Encoded.fields(
                "\"tools\":[" + TOOL_A + "],\"tool_choice\":{\"type\":\"tool\",\"name\":\"nowhere\"}"));
        assertEquals(
                "tool_choice.name: the demand for \"nowhere\", which is not declared in tools, cannot be sent to provider home",
                e.getMessage());
        assertEquals(400, e.status());
    }

    @Tag("case-18")
    @Tag("case-19")
    @ParameterizedTest
    @DisplayName("cases 18 and 19: without tools there is no choice")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"\"tools\":[]",
            "\"tools\":[],\"tool_choice\":{\"type\":\"auto\"}",
            "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}",
            "\"tools\":[" + SEARCH + "],\"tool_choice\":{\"type\":\"any\"}",
            "\"tools\":[{\"type\":\"computer_toolset_20260801\"}]"})
    void withoutToolsThereIsNoChoice(String fields) {
        assertEquals("", Encoded.fields(fields));
    }

    @Tag("case-10")
    @Test
    @DisplayName("case 10: a long name is shortened everywhere alike")
    void aLongNameIsShortenedEverywhereAlike() {
        String name = "mcp__a_server_with_a_rather_long_name__and_a_tool_with_a_name_that_goes_on";
        String form = "mcp__a_server_with_a_rather_long_name__and_a_tool_with__1e5444c1";
        String encoded = Encoded.request("{\"model\":\"x\",\"max_tokens\":1,\"tools\":[{\"name\":\"" + name
                + "\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"" + name
                + "\"},\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\""
                + name
                + "\",\"input\":{}}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}]}]}");
        assertEquals("{\"model\":\"m\",\"max_tokens\":1,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\""
                + form
                + "\",\"parameters\":{}}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"" + form
                + "\"}},\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\""
                + form + "\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"t\",\"content\":\"\"}]}",
                encoded);
    }
}
