package dev.caravan.provider.bedrock;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations in the words of Converse. */
class ConverseMessagesTest {
    private static final String HI = "{\"role\":\"user\",\"content\":\"hi\"}";
    private static final String SAID_HI = "{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}";

    private static void assertMessages(String expected, String messages) {
        assertMessages(expected, messages, Converse.CLAUDE);
    }

    private static void assertMessages(String expected, String messages, String model) {
        assertEquals(lines(expected), Converse.messages(lines(messages), model));
    }

    private static String lines(String text) {
        return text.lines().map(String::strip).reduce("", String::concat);
    }

    private static void assertRefused(String message, String content) {
        ApiException refusal = assertThrows(ApiException.class, () -> Converse.content(content));
        assertEquals(message, refusal.getMessage());
        assertEquals(400, refusal.status());
        assertEquals("invalid_request_error", refusal.type().wireName());
    }

    @Tag("case-9")
    @Tag("case-12")
    @Test
    void sidesTakeTurns() {
        assertMessages("""
            [{"role":"user","content":[{"text":"a"},{"text":"b"}]},
            {"role":"assistant","content":[{"text":"c"},{"text":"d"}]},
            {"role":"user","content":[{"text":"<system>\\ne\\n</system>"},{"text":"f"}]}]""", """
            [{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"}]},
            {"role":"assistant","content":"c"},{"role":"assistant","content":"d"},
            {"role":"system","content":"e"},{"role":"user","content":"f"}]""");
    }

    @Tag("case-20")
    @Test
    void blankTextIsNothing() {
        assertMessages("[" + SAID_HI + "]", """
            [{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":" \\n"}]},
            {"role":"assistant","content":[{"type":"text","text":" "}]}]""");
    }

    @Tag("case-20")
    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"\"", "[{\"type\":\"text\",\"text\":\" \\n\"}]"})
    void aConversationOfNothingIsRefused(String content) {
        assertRefused("messages: a conversation without any content cannot be sent to provider aws", content);
    }

    @Tag("case-10")
    @Test
    void anEmptyIdBecomesOneThatBedrockTakes() {
        assertMessages("""
            [%s,{"role":"assistant","content":[{"toolUse":{"toolUseId":"_e3b0c442","name":"a","input":{}}}]},
            {"role":"user","content":[{"toolResult":{"toolUseId":"_e3b0c442","content":[{"text":"r"}]}}]}]""".formatted(
                SAID_HI),
                """
                    [%s,{"role":"assistant","content":[{"type":"tool_use","id":"","name":"a","input":{}}]},
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"","content":"r"}]}]"""
                        .formatted(HI));
    }

    @Tag("case-9")
    @Test
    void resultsComeFirstAndOnceForEachCall() {
        assertMessages(
                """
                    [%s,{"role":"assistant","content":[{"text":"both"},
                    {"toolUse":{"toolUseId":"A","name":"a","input":{ "x":1.50 }}},{"toolUse":{"toolUseId":"B","name":"b","input":{}}}]},
                    {"role":"user","content":[{"toolResult":{"toolUseId":"B","content":[{"text":"rb"}]}},
                    {"toolResult":{"toolUseId":"A","content":[{"text":"ra"},{"text":"more"}],"status":"error"}},
                    {"text":"also"},{"image":{"format":"png","source":{"bytes":"AAAA"}}},{"text":"[result of tool call X] [tool_error]"},
                    {"text":"orphan"}]}]"""
                        .formatted(SAID_HI),
                """
                    [%s,{"role":"assistant","content":[{"type":"text","text":"both"},
                    {"type":"tool_use","id":"A","name":"a","input":{ "x":1.50 }},{"type":"tool_use","id":"B","name":"b","input":{}}]},
                    {"role":"user","content":[{"type":"text","text":"also"},{"type":"tool_result","tool_use_id":"B","content":"rb"},
                    {"type":"tool_result","tool_use_id":"A","content":[{"type":"text","text":"ra"}]},
                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
                    {"type":"tool_result","tool_use_id":"X","content":"orphan","is_error":true},
                    {"type":"tool_result","tool_use_id":"A","content":"more","is_error":true}]}]"""
                        .formatted(HI));
    }

    @Tag("case-9")
    @Test
    void aCallThatNobodyAnsweredFailed() {
        String request = """
            [%s,{"role":"assistant","content":[{"type":"tool_use","id":"A","name":"a","input":{}}]},
            {"role":"user","content":"never mind"}]""".formatted(HI);
        String call = "[" + SAID_HI + ",{\"role\":\"assistant\",\"content\":[{\"toolUse\":{\"toolUseId\":\"A\","
                + "\"name\":\"a\",\"input\":{}}}]},{\"role\":\"user\",\"content\":[{\"toolResult\":{\"toolUseId\":\"A\","
                + "\"content\":[%s{\"text\":\"the call was not answered\"}]%s}},{\"text\":\"never mind\"}]}]";
        assertMessages(call.formatted("", ",\"status\":\"error\""), request);
        // Only Anthropic's and Amazon's models have a status.
        assertMessages(call.formatted("{\"text\":\"[tool_error]\"},", ""), request, Converse.LLAMA);
    }

    @Tag("case-9")
    @Tag("case-17")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                                                                            | [{"text":"[no content]"}]
        ,"content":""                                                       | [{"text":"[no content]"}]
        ,"content":[]                                                       | [{"text":"[no content]"}]
        ,"content":null                                                     | [{"text":"[no content]"}]
        ,"content":"a"                                                      | [{"text":"a"}]
        ,"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]  | [{"text":"a"},{"text":"b"}]
        ,"content":[{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"AAAA"}}] | [{"image":{"format":"webp","source":{"bytes":"AAAA"}}}]
        ,"content":[{"type":"document","title":"d","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}] | [{"document":{"format":"pdf","name":"d","source":{"bytes":"AAAA"}}}]
        ,"content":[{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"a"}]}] | [{"text":"Search result: t\\nSource: s\\n\\na"}]
        ,"content":[{"type":"tool_reference","tool_name":"n"}]              | [{"text":"[tool_reference] n"}]
        ,"content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":""}}] | [{"text":"[no content]"}]
        ,"content":[{"type":"document","title":"d","source":{"type":"text","media_type":"text/plain","data":" "}}] | [{"text":"Document: d\\n\\n "}]
        """)
    void whatToolsReturn(String content, String expected) {
        String encoded = Converse.messages("[" + HI
                + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"A\",\"name\":\"a\",\"input\":{}}]},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"A\""
                + (content == null ? "" : content) + "}]}]", Converse.NOVA);
        assertTrue(encoded.endsWith("{\"role\":\"user\",\"content\":[{\"toolResult\":{\"toolUseId\":\"A\",\"content\":"
                + expected + "}}]}]"), encoded);
    }

    @Tag("case-17")
    @ParameterizedTest
    @CsvSource({"image/png, png", "image/jpeg, jpeg", "image/gif, gif", "image/webp, webp"})
    void images(String mediaType, String format) {
        assertEquals("[{\"image\":{\"format\":\"" + format + "\",\"source\":{\"bytes\":\"AAAA\"}}}]",
                Converse.content("[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"" + mediaType
                        + "\",\"data\":\"AAAA\"}}]"));
    }

    @Tag("case-17")
    @Test
    void documents() {
        assertEquals(
                "[{\"text\":\"Context: c\"},{\"document\":{\"format\":\"pdf\",\"name\":\"My report [1] (2024) - a\","
                        + "\"source\":{\"bytes\":\"AAAA\"}}},{\"document\":{\"format\":\"txt\",\"name\":\"document\",\"source\":"
                        + "{\"bytes\":\"cGxhaW4gw7w=\"}}},{\"document\":{\"format\":\"pdf\",\"name\":\"document (2)\",\"source\":"
                        + "{\"bytes\":\"BBBB\"}}},{\"text\":\"Document: t\\n\\none\"}]",
                Converse.content(
                        """
                            [{"type":"document","title":"My  report_[1] (2024)\\n- a.","context":"c","source":
                            {"type":"base64","media_type":"application/pdf","data":"AAAA"},"citations":{"enabled":true}},
                            {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain ü"}},
                            {"type":"document","title":"…","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"}},
                            {"type":"document","title":"t","source":{"type":"content","content":[{"type":"text","text":"one"}]}}]"""));
    }

    @Test
    void aDocumentIsNeverWithoutText() {
        assertEquals(
                "[{\"document\":{\"format\":\"pdf\",\"name\":\"d\",\"source\":{\"bytes\":\"AAAA\"}}},"
                        + "{\"text\":\"[see the document]\"}]",
                Converse.content(
                        "[{\"type\":\"document\",\"title\":\"d\",\"source\":{\"type\":\"base64\",\"media_type\":"
                                + "\"application/pdf\",\"data\":\"AAAA\"}}]"));
    }

    @Test
    void documentNamesAreUniqueAndShort() {
        DocumentNames names = new DocumentNames();
        assertEquals("a", names.next("a"));
        assertEquals("a (2)", names.next("a"));
        assertEquals("a (3)", names.next(" a. "));
        String longest = names.next("x".repeat(500));
        assertEquals(190, longest.length());
        assertTrue(names.next("x".repeat(600)).length() <= 200);
        assertEquals("document", names.next(null));
        assertEquals("document (2)", names.next("日本語"));
    }

    @Tag("case-17")
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"type":"image","source":{"type":"url","url":"https://x/y.png"}}                          | messages.0.content.0.source: an image to be fetched from a URL
        {"type":"image","source":{"type":"file","file_id":"f"}}                                   | messages.0.content.0.source: a file that was uploaded to Anthropic
        {"type":"document","source":{"type":"url","url":"https://x/y.pdf"}}                       | messages.0.content.0.source: a document to be fetched from a URL
        {"type":"container_upload","file_id":"f"}                                                 | messages.0.content.0: a block of type "container_upload" here
        {"type":"tool_result","tool_use_id":"t","content":[{"type":"browser_state"}]}             | messages.0.content.0.content.0: a block of type "browser_state" here
        {"type":"document","source":{"type":"content","content":[{"type":"image","source":{"type":"url","url":"u"}}]}} | messages.0.content.0.source.content.0.source: an image to be fetched from a URL
        """)
    void whatCannotBeCarriedIsRefused(String block, String message) {
        assertRefused(message + " cannot be sent to provider aws", "[" + block + "]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"type":"compaction","content":"x"}                                                       | messages.1.content.1: a block of type "compaction"
        """)
    void whatTheAssistantCannotHaveSaidIsRefused(String block, String message) {
        ApiException refusal = assertThrows(ApiException.class, () -> Converse.messages("[" + HI
                + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}," + block + "]}]",
                Converse.NOVA));
        assertEquals(message + " cannot be sent to provider aws", refusal.getMessage());
    }

    @Tag("case-19")
    @Test
    void whatAnthropicsToolsDidIsLeftOut() {
        assertMessages("[" + SAID_HI + ",{\"role\":\"assistant\",\"content\":[{\"text\":\"found\"}]}]", """
            [%s,{"role":"assistant","content":[{"type":"server_tool_use","id":"s","name":"web_search","input":{}},
            {"type":"web_search_tool_result","tool_use_id":"s","content":[]},{"type":"text","text":"found"}]}]"""
                .formatted(HI));
    }

    @Tag("case-4")
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        anthropic.claude-x | {"type":"thinking","thinking":"t","signature":"EqQB"}                | {"reasoningContent":{"reasoningText":{"text":"t","signature":"EqQB"}}}
        anthropic.claude-x | {"type":"redacted_thinking","data":"b64="}                           | {"reasoningContent":{"redactedContent":"b64="}}
        anthropic.claude-x | {"type":"thinking","thinking":"t","signature":""}                    | -
        anthropic.claude-x | {"type":"thinking","thinking":"t","signature":"caravan:openai"}      | -
        anthropic.claude-x | {"type":"thinking","thinking":"t","signature":"caravan:bedrock:sig"} | -
        us.amazon.nova-2   | {"type":"thinking","thinking":"t","signature":"EqQB"}                | -
        us.amazon.nova-2   | {"type":"redacted_thinking","data":"b64="}                           | -
        us.amazon.nova-2   | {"type":"redacted_thinking","data":"caravan:bedrock:b64="}           | {"reasoningContent":{"redactedContent":"b64="}}
        anthropic.claude-x | {"type":"redacted_thinking","data":"caravan:bedrock:b64="}           | -
        us.amazon.nova-2   | {"type":"thinking","thinking":"t","signature":"caravan:bedrock"}     | -
        us.amazon.nova-2   | {"type":"thinking","thinking":"t","signature":"caravan:bedrock:sig"} | {"reasoningContent":{"reasoningText":{"text":"t","signature":"sig"}}}
        """)
    void reasoningGoesToWhoHasSignedIt(String model, String block, String expected) {
        String encoded = Converse.messages("[" + HI + ",{\"role\":\"assistant\",\"content\":[" + block
                + ",{\"type\":\"text\",\"text\":\"a\"}]}]", model);
        assertEquals("[" + SAID_HI + ",{\"role\":\"assistant\",\"content\":["
                + (expected == null ? "" : expected + ",") + "{\"text\":\"a\"}]}]", encoded);
    }

    @Tag("case-4")
    @Test
    void aTurnOfNothingButForeignReasoningIsLeftOut() {
        assertMessages("[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"},{\"text\":\"hi\"}]}]", "[" + HI
                + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"\"}]},"
                + HI + "]");
    }

    @Tag("case-10")
    @Test
    void idsAndNamesFit() {
        String id = "call.1:" + "x".repeat(90);
        String other = "call:1." + "x".repeat(90);
        String name = "mcp__" + "n".repeat(70);
        String encoded = Converse.messages("""
            [%s,{"role":"assistant","content":[{"type":"tool_use","id":"%s","name":"%s","input":{}},
            {"type":"tool_use","id":"%s","name":"short","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"%s","content":"a"},
            {"type":"tool_result","tool_use_id":"%s","content":"b"}]}]""".formatted(HI, id, name, other, id, other),
                Converse.NOVA);
        List<String> ids = found(encoded, "\"toolUseId\":\"");
        assertEquals(4, ids.size());
        assertEquals(ids.subList(0, 2), ids.subList(2, 4));
        assertFalse(ids.get(0).equals(ids.get(1)));
        List<String> all = new ArrayList<>(ids);
        all.addAll(found(encoded, "\"name\":\""));
        all.forEach(text -> assertTrue(text.matches("[a-zA-Z0-9_-]{1,64}"), text));
        assertTrue(encoded.contains("\"name\":\"short\""));
    }

    private static List<String> found(String json, String before) {
        List<String> found = new ArrayList<>();
        for (int at = json.indexOf(before); at >= 0; at = json.indexOf(before, at + 1)) {
            int start = at + before.length();
            found.add(json.substring(start, json.indexOf('"', start)));
        }
        return found;
    }

    /** As many as a request can hold must not take minutes. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void manyDocumentsOfOneName() {
        String document = "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"x\"}}";
        String content = Converse.content("[" + (document + ",").repeat(299_999) + document + "]");
        assertTrue(content.contains("\"name\":\"document (300000)\""));
    }
}
