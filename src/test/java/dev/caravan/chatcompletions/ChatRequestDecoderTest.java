package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.RequestDecoder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests of chat completions and what they are in the Messages API, as on the wire. */
class ChatRequestDecoderTest {
    private static final int DEFAULT = 4_000;
    private static final String USER = "{\"role\":\"user\",\"content\":\"Hi\"}";
    private static final String USER_TURN = "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}";
    private static final String MINTED = "\"signature\":\"caravan:chat-completions\"";

    /** The translation, which the Messages API's own decoder must take. */
    private static String translated(String request) {
        byte[] body = ChatRequestDecoder.decode(request.getBytes(UTF_8), DEFAULT).body();
        MessageRequest decoded = RequestDecoder.decode(body, ApiVersion.V2023_06_01);
        assertFalse(decoded.messages().isEmpty());
        return new String(body, UTF_8);
    }

    private static String request(String fields) {
        return "{\"model\":\"m\",\"messages\":[" + USER + "]" + (fields.isEmpty() ? "" : "," + fields) + "}";
    }

    static Stream<Arguments> parameters() {
        String tool = "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":"
                + "{\"type\":\"object\",\"properties\":{\"b\":{},\"a\":{\"minimum\":1.50}}},\"strict\":true}}";
        String tools = "\"tools\":[" + tool + "]";
        String translatedTools = "\"tools\":[{\"name\":\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\","
                + "\"properties\":{\"b\":{},\"a\":{\"minimum\":1.50}}},\"strict\":true}]";
        String functions = "\"functions\":[{\"name\":\"f\"}]";
        String translatedFunctions = "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]";
        String adaptive = "\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":";
        return Stream.of(
                Arguments.of("", ""),
                Arguments.of("\"stop\":null,\"user\":null,\"tools\":null,\"n\":null,\"temperature\":null", ""),
                Arguments.of("\"stop\":\"END\"", "\"stop_sequences\":[\"END\"]"),
                Arguments.of("\"stop\":[\"a\",\"\",\"b\"]", "\"stop_sequences\":[\"a\",\"b\"]"),
                Arguments.of("\"temperature\":0.30", "\"temperature\":0.30"),
                Arguments.of("\"temperature\":0", "\"temperature\":0"),
                Arguments.of("\"temperature\":1,\"top_p\":1.0", ""),
                Arguments.of("\"temperature\":1.7", ""),
                Arguments.of("\"top_p\":0.9", "\"top_p\":0.9"),
                Arguments.of("\"user\":\"u-1\"", "\"metadata\":{\"user_id\":\"u-1\"}"),
                Arguments.of("\"user\":\"u-1\",\"safety_identifier\":\"s\"", "\"metadata\":{\"user_id\":\"s\"}"),
                Arguments.of("\"reasoning_effort\":\"none\"", "\"thinking\":{\"type\":\"disabled\"}"),
                Arguments.of("\"reasoning_effort\":\"minimal\"", "\"output_config\":{\"effort\":\"low\"}"),
                Arguments.of("\"reasoning_effort\":\"low\"", adaptive + "\"low\"}"),
                Arguments.of("\"reasoning_effort\":\"xhigh\"", adaptive + "\"xhigh\"}"),
                Arguments.of("\"response_format\":{\"type\":\"text\"}", ""),
                Arguments.of(
                        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,"
                                + "\"schema\":{\"type\":\"object\"}}}",
                        "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}"),
                Arguments.of(
                        "\"reasoning_effort\":\"high\",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
                                + "{\"schema\":{}}}",
                        adaptive + "\"high\",\"format\":{\"type\":\"json_schema\",\"schema\":{}}}"),
                Arguments.of(tools, translatedTools),
                Arguments.of("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]",
                        "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}]"),
                Arguments.of("\"tools\":[],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false", ""),
                Arguments.of("\"tool_choice\":\"none\"", ""),
                Arguments.of(tools + ",\"tool_choice\":\"auto\"",
                        translatedTools + ",\"tool_choice\":{\"type\":\"auto\"}"),
                Arguments.of(tools + ",\"tool_choice\":\"none\",\"parallel_tool_calls\":false",
                        translatedTools + ",\"tool_choice\":{\"type\":\"none\"}"),
                Arguments.of(tools + ",\"tool_choice\":\"required\",\"parallel_tool_calls\":true",
                        translatedTools + ",\"tool_choice\":{\"type\":\"any\"}"),
                Arguments.of(tools + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}",
                        translatedTools + ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\"}"),
                Arguments.of(
                        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}},{\"type\":\"function\",\"function\":"
                                + "{\"name\":\"b\"}}],\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\","
                                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"b\"}}]}}",
                        "\"tools\":[{\"name\":\"b\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}],"
                                + "\"tool_choice\":{\"type\":\"auto\"}"),
                Arguments.of(
                        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}},{\"type\":\"function\",\"function\":"
                                + "{\"name\":\"b\"}}],\"parallel_tool_calls\":false,\"tool_choice\":{\"type\":\"allowed_tools\","
                                + "\"allowed_tools\":{\"mode\":\"required\","
                                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}]}}",
                        "\"tools\":[{\"name\":\"a\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}],"
                                + "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}"),
                Arguments.of("\"service_tier\":\"auto\"", "\"service_tier\":\"auto\""),
                Arguments.of("\"service_tier\":\"default\"", "\"service_tier\":\"standard_only\""),
                Arguments.of("\"service_tier\":\"flex\"", "\"service_tier\":\"standard_only\""),
                Arguments.of("\"service_tier\":\"priority\"", "\"service_tier\":\"auto\""),
                Arguments.of("\"service_tier\":null", ""),
                Arguments.of(tools + ",\"parallel_tool_calls\":false",
                        translatedTools + ",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}"),
                Arguments.of(functions,
                        translatedFunctions
                                + ",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}"),
                Arguments.of(functions + ",\"function_call\":{\"name\":\"f\"}", translatedFunctions
                        + ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\",\"disable_parallel_tool_use\":true}"),
                Arguments.of(functions + ",\"function_call\":\"none\"",
                        translatedFunctions + ",\"tool_choice\":{\"type\":\"none\"}"),
                Arguments.of(
                        "\"seed\":1,\"logit_bias\":{\"50256\":-100},\"presence_penalty\":1,\"frequency_penalty\":-1,"
                                + "\"store\":true,\"metadata\":{\"a\":\"b\"},\"prediction\":{\"type\":\"content\",\"content\":\"x\"},"
                                + "\"verbosity\":\"low\",\"prompt_cache_key\":\"k\",\"n\":1,"
                                + "\"logprobs\":false,\"top_logprobs\":0,\"modalities\":[\"text\"],\"anything\":[{}]",
                        ""));
    }

    @Tag("case-13")
    @Tag("case-18")
    @ParameterizedTest
    @MethodSource("parameters")
    void parametersAreTranslated(String fields, String expected) {
        assertEquals("{\"model\":\"m\",\"max_tokens\":4000,\"stream\":false,\"messages\":[" + USER_TURN + "]"
                + (expected.isEmpty() ? "" : "," + expected) + "}", translated(request(fields)));
    }

    @Test
    void theMostTokensHaveTwoNamesAndADefault() {
        assertTrue(translated(request("\"max_tokens\":5")).contains("\"max_tokens\":5,"));
        assertTrue(translated(request("\"max_completion_tokens\":6")).contains("\"max_tokens\":6,"));
        assertTrue(translated(request("\"max_tokens\":5,\"max_completion_tokens\":6")).contains("\"max_tokens\":6,"));
        assertTrue(translated(request("\"max_tokens\":null")).contains("\"max_tokens\":4000,"));
    }

    @Test
    void charactersBeyondTheFirstPlaneStayAsTheyAre() {
        assertTrue(translated(request("").replace("\"Hi\"", "\"\\ud83d\\ude00\"")).contains("\uD83D\uDE00"));
        assertTrue(translated(request("\"tools\":[{\"function\":{\"name\":\"f\",\"parameters\":{\"x\":\"\\ud83d\"}}}]"))
                .contains("\uFFFD"), "half of one in a schema does no harm");
    }

    @Test
    void aJsonObjectIsAskedForInWords() {
        assertTrue(translated(request("\"response_format\":{\"type\":\"json_object\"}")).contains(
                "\"system\":[{\"type\":\"text\",\"text\":\"Answer with one JSON object and nothing else: no text around it, "
                        + "no code fence.\"}]"));
    }

    static Stream<Arguments> conversations() {
        String call = "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"b\\\":1.50,"
                + "\\\"a\\\":[]}\"}}";
        String use = "{\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"f\",\"input\":{\"b\":1.50,\"a\":[]}}";
        String png = "\"data:image/png;base64,iVBOR\"";
        return Stream.of(
                Arguments.of("system and developer", "",
                        "{\"role\":\"system\",\"content\":\"A\"}," + USER
                                + ",{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"B\"},"
                                + "{\"type\":\"text\",\"text\":\"\"}]}",
                        "\"system\":[{\"type\":\"text\",\"text\":\"A\"},{\"type\":\"text\",\"text\":\"B\"}],\"messages\":["
                                + USER_TURN + "]"),
                Arguments.of("an empty system prompt", "", "{\"role\":\"system\",\"content\":\"\"}," + USER,
                        "\"messages\":[" + USER_TURN + "]"),
                Arguments.of("user parts", "",
                        "{\"role\":\"user\",\"name\":\"Ann\",\"content\":[{\"type\":\"text\",\"text\":\"What?\"},"
                                + "{\"type\":\"image_url\",\"image_url\":{\"url\":" + png + ",\"detail\":\"low\"}},"
                                + "{\"image_url\":{\"url\":\"https://x.test/a.png\"},\"type\":\"image_url\"},"
                                + "{\"type\":\"image_url\",\"image_url\":\"data:image/JPG;x=y;base64,/9j/\"},"
                                + "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":"
                                + "\"data:application/pdf;base64,JVBER\"}},"
                                + "{\"type\":\"file\",\"file\":{\"file_data\":\"data:text/plain;base64,R3LDvMOfZQ==\"}}]}",
                        "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What?\"},"
                                + "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\","
                                + "\"data\":\"iVBOR\"}},"
                                + "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://x.test/a.png\"}},"
                                + "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/jpeg\","
                                + "\"data\":\"/9j/\"}},"
                                + "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\","
                                + "\"data\":\"JVBER\"},\"title\":\"a.pdf\"},"
                                + "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\","
                                + "\"data\":\"Grüße\"}}]}]"),
                Arguments.of("a tool loop with parallel calls", "",
                        USER + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + call + ","
                                + call.replace("call_1", "call_2") + "]},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"one\"},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"call_2\",\"content\":[{\"type\":\"text\",\"text\":"
                                + "\"two\"},{\"type\":\"image_url\",\"image_url\":{\"url\":" + png + "}}]},"
                                + "{\"role\":\"user\",\"content\":\"Hi\"}",
                        "\"messages\":[" + USER_TURN + ",{\"role\":\"assistant\",\"content\":[" + use + ","
                                + use.replace("call_1", "call_2") + "]},"
                                + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"call_1\","
                                + "\"content\":[{\"type\":\"text\",\"text\":\"one\"}]},"
                                + "{\"type\":\"tool_result\",\"tool_use_id\":\"call_2\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"two\"},{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":"
                                + "\"image/png\",\"data\":\"iVBOR\"}}]}]}," + USER_TURN + "]"),
                Arguments.of("reasoning, text and a refusal before the calls", "",
                        USER + ",{\"tool_calls\":[" + call + "],\"refusal\":\"No.\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"Well\"}],\"reasoning_content\":\"Hm\",\"role\":\"assistant\"},"
                                + "{\"role\":\"tool\",\"tool_call_id\":\"call_1\"}",
                        "\"messages\":[" + USER_TURN + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\","
                                + "\"thinking\":\"Hm\"," + MINTED + "},{\"type\":\"text\",\"text\":\"Well\"},"
                                + "{\"type\":\"text\",\"text\":\"No.\"}," + use + "]},{\"role\":\"user\",\"content\":["
                                + "{\"type\":\"tool_result\",\"tool_use_id\":\"call_1\"}]}]"),
                Arguments.of("a call id that the Messages API does not take", "",
                        USER + ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"f:0\",\"function\":{\"name\":\"f\","
                                + "\"arguments\":\"\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"f:0\",\"content\":\"\"}",
                        "\"messages\":[" + USER_TURN + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\","
                                + "\"id\":\"f_0_ebff85250728\",\"name\":\"f\",\"input\":{}}]},{\"role\":\"user\",\"content\":["
                                + "{\"type\":\"tool_result\",\"tool_use_id\":\"f_0_ebff85250728\",\"content\":[]}]}]"),
                Arguments.of("arguments that are no JSON object", "",
                        USER + ",{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\","
                                + "\"arguments\":\"{\\\"cut\"}},{\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":"
                                + "\"[1]\"}}]}",
                        "\"messages\":[" + USER_TURN + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\","
                                + "\"id\":\"a\",\"name\":\"f\",\"input\":{\"_unparsed\":\"{\\\"cut\"}},{\"type\":\"tool_use\","
                                + "\"id\":\"b\",\"name\":\"f\",\"input\":{\"_unparsed\":\"[1]\"}}]}]"),
                Arguments.of("functions of old", "",
                        USER + ",{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"f\",\"arguments\":"
                                + "\"{}\"}},{\"role\":\"function\",\"name\":\"f\",\"content\":\"r\"}",
                        "\"messages\":[" + USER_TURN + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\","
                                + "\"id\":\"call_1\",\"name\":\"f\",\"input\":{}}]},{\"role\":\"user\",\"content\":["
                                + "{\"type\":\"tool_result\",\"tool_use_id\":\"call_1\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"r\"}]}]}]"),
                Arguments.of("an assistant that said nothing", "",
                        USER + ",{\"role\":\"assistant\",\"content\":\"\"},{\"role\":\"assistant\"},"
                                + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":null}",
                        "\"messages\":[" + USER_TURN + "]"));
    }

    @Tag("case-9")
    @Tag("case-10")
    @Tag("case-17")
    @Tag("case-20")
    @ParameterizedTest(name = "{0}")
    @MethodSource("conversations")
    void conversationsAreTranslated(String name, String fields, String messages, String expected) {
        assertEquals("{\"model\":\"m\",\"max_tokens\":4000,\"stream\":false," + expected + "}",
                translated("{\"model\":\"m\",\"messages\":[" + messages + "]" + fields + "}"));
    }

    @Test
    void streamsAndTheirUsage() {
        ChatRequest plain = decoded(request("\"stream\":true"));
        assertTrue(new String(plain.body(), UTF_8).contains("\"stream\":true"));
        assertFalse(plain.includeUsage());
        assertTrue(decoded(request("\"stream\":true,\"stream_options\":{\"include_usage\":true}")).includeUsage());
        assertFalse(decoded(request("\"stream\":true,\"stream_options\":{\"include_usage\":false}")).includeUsage());
        assertFalse(decoded(request("\"stream_options\":{\"include_usage\":true}")).includeUsage());
    }

    @Test
    void functionsOfOldAreRemembered() {
        assertTrue(decoded(request("\"functions\":[{\"name\":\"f\"}]")).functions());
        assertFalse(decoded(request("\"tools\":[],\"functions\":[{\"name\":\"f\"}]")).functions());
    }

    private static ChatRequest decoded(String request) {
        return ChatRequestDecoder.decode(request.getBytes(UTF_8), DEFAULT);
    }

    /** A conversation that goes on begins with the bytes it had before, so that the provider's prompt cache serves it. */
    @Test
    void aLongerConversationBeginsLikeTheShorterOne() {
        StringBuilder messages = new StringBuilder("{\"role\":\"system\",\"content\":\"S\"}," + USER);
        String before = "";
        for (int turn = 0; turn < 10; turn++) {
            String body = translated("{\"model\":\"m\",\"messages\":[" + messages + "]}");
            String prefix = body.substring(0, body.length() - "]}".length());
            assertTrue(prefix.startsWith(before), () -> prefix + "\ndoes not begin like\n");
            before = prefix;
            messages.append(",{\"role\":\"assistant\",\"reasoning_content\":\"r\",\"content\":\"a").append(turn)
                    .append("\",\"tool_calls\":[{\"id\":\"c").append(turn)
                    .append("\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\": 1}\"}}]},")
                    .append("{\"role\":\"tool\",\"tool_call_id\":\"c").append(turn).append("\",\"content\":\"r\"},")
                    .append(USER);
        }
    }

    @Test
    void aPathBehindTheDoorIsToldInTheClientsTerms() {
        FieldPaths paths = decoded("{\"model\":\"m\",\"max_completion_tokens\":7,\"stop\":\"x\",\"tools\":["
                + "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"messages\":["
                + "{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"\"},"
                + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.test/\"}}]},"
                + "{\"role\":\"assistant\",\"content\":\"A\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\","
                + "\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":[{\"type\":\"text\","
                + "\"text\":\"r\"}]}]}").paths();
        assertEquals("max_completion_tokens", paths.origin("max_tokens"));
        assertEquals("stop[2]", paths.origin("stop_sequences.2"));
        assertEquals("messages[0].content", paths.origin("system.0"));
        assertEquals("messages[1]", paths.origin("messages.0"));
        assertEquals("messages[1].content", paths.origin("messages.0.content"));
        assertEquals("messages[1].content[1]", paths.origin("messages.0.content.0"));
        assertEquals("messages[1].content[1].image_url.url", paths.origin("messages.0.content.0.source.url"));
        assertEquals("messages[2].content", paths.origin("messages.1.content.0"));
        assertEquals("messages[2].tool_calls[0].function.name", paths.origin("messages.1.content.1.name"));
        assertEquals("messages[3]", paths.origin("messages.2.content.0"));
        assertEquals("messages[3].content[0].text", paths.origin("messages.2.content.0.content.0.text"));
        assertEquals("tools[0].function.name", paths.origin("tools.0.name"));
        assertEquals("tools[0].function.parameters.properties", paths.origin("tools.0.input_schema.properties"));
        assertEquals("model", paths.origin("model"));
        assertEquals("elsewhere[1].x", paths.origin("elsewhere.1.x"));
    }
}
