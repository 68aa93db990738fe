package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.message.ApiException;
import dev.caravan.message.ErrorType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A conversation as the Messages API has it and as chat completions have it: wire text in, wire text out. */
class ConversationWriterTest {
    private static final String ASK = "{\"role\":\"user\",\"content\":\"ask\"}";
    private static final String CALL_A = "{\"type\":\"tool_use\",\"id\":\"A\",\"name\":\"a\",\"input\":{}}";
    private static final String CALL_B = "{\"type\":\"tool_use\",\"id\":\"B\",\"name\":\"b\",\"input\":{\"x\": [1, \"a b\"]}}";
    private static final String CALLED_A = "{\"id\":\"A\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}";
    private static final String CALLED_B = "{\"id\":\"B\",\"type\":\"function\",\"function\":{\"name\":\"b\",\"arguments\":\"{\\\"x\\\":[1,\\\"a b\\\"]}\"}}";
    private static final String IMAGE = "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"iVBORw==\"}}";
    private static final String IMAGE_URL = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw==\"}}";

    // -- text and images -----------------------------------------------------------------------------------------------

    @Test
    void textIsAString() {
        same("[{\"role\":\"user\",\"content\":\"Grüße 漢字 \\\"q\\\"\\n\"},{\"role\":\"assistant\",\"content\":\"Hi\"},{\"role\":\"user\",\"content\":\"b\"}]");
    }

    @Test
    void charactersBeyondTheFirstPlaneAreUtf8() {
        becomes("[{\"role\":\"user\",\"content\":\"🎉\\uD83C\\uDF89\"}]", "[{\"role\":\"user\",\"content\":\"🎉🎉\"}]");
    }

    @Test
    void severalTextsOfTheUserAreParagraphs() {
        becomes("""
            [{"role":"user","content":[{"type":"text","text":"one","cache_control":{"type":"ephemeral"}},
              {"type":"text","text":""},{"type":"text","text":"two"}]}]""", """
            [{"role":"user","content":"one\\n\\ntwo"}]""");
    }

    @Tag("case-17")
    @Test
    @DisplayName("case 17: images are parts")
    void imagesAreParts() {
        becomes("[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"look\"}," + IMAGE
                + ",{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://x.test/a.png\"},\"cache_control\":{\"type\":\"ephemeral\"}}]}]",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"look\"}," + IMAGE_URL
                        + ",{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.test/a.png\"}}]}]");
    }

    @Tag("case-20")
    @Test
    @DisplayName("case 20: empty content is an empty string")
    void emptyContentIsAnEmptyString() {
        becomes("[{\"role\":\"user\",\"content\":[]},{\"role\":\"assistant\",\"content\":[]},{\"role\":\"user\",\"content\":\"\"}]",
                "[{\"role\":\"user\",\"content\":\"\"},{\"role\":\"assistant\",\"content\":\"\"},{\"role\":\"user\",\"content\":\"\"}]");
    }

    @Tag("case-12")
    @Test
    @DisplayName("case 12: system turns in the midst")
    void systemTurnsStayWhereTheyAre() {
        becomes("""
            [{"role":"user","content":"a"},{"role":"system","content":"Available agents: x"},
             {"role":"assistant","content":"b"},{"role":"user","content":"c"},
             {"role":"system","content":[{"type":"text","text":"d"},{"type":"text","text":"e"}]}]""", """
            [{"role":"user","content":"a"},{"role":"system","content":"Available agents: x"},\
            {"role":"assistant","content":"b"},{"role":"user","content":"c"},\
            {"role":"system","content":"d\\n\\ne"}]""");
    }

    // -- documents and search results ----------------------------------------------------------------------------------

    @Tag("case-17")
    @Test
    void documentsOfTextAreText() {
        becomes("""
            [{"role":"user","content":[
              {"type":"document","source":{"type":"text","media_type":"text/plain","data":"body"},"title":"T","context":"C",
               "citations":{"enabled":true}},
              {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}}]}]""",
                """
                    [{"role":"user","content":"Document: T\\nContext: C\\n\\nbody\\n\\nplain"}]""");
    }

    @Tag("case-17")
    @Test
    void documentsOfBlocksAreTheirBlocks() {
        becomes("[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"title\":\"T\",\"source\":{\"type\":\"content\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"one\"}," + IMAGE + ",{\"type\":\"text\",\"text\":\"two\"}]}}]}]",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Document: T\\n\\none\"}," + IMAGE_URL
                        + ",{\"type\":\"text\",\"text\":\"two\"}]}]");
        becomes("[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"title\":\"T\",\"source\":{\"type\":\"content\",\"content\":["
                + IMAGE + "]}}]}]",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Document: T\"}," + IMAGE_URL + "]}]");
    }

    @Test
    void searchResultsAreText() {
        becomes("""
            [{"role":"user","content":[{"type":"search_result","source":"https://x.test","title":"T",
              "content":[{"type":"text","text":"one"},{"type":"text","text":"two"}],"citations":{"enabled":true}}]}]""",
                """
                    [{"role":"user","content":"Search result: T\\nSource: https://x.test\\n\\none\\n\\ntwo"}]""");
    }

    // -- the assistant -------------------------------------------------------------------------------------------------

    @Tag("case-9")
    @Test
    @DisplayName("case 9: text and calls are one message")
    void textAndCallsAreOneMessage() {
        becomes("[" + ASK
                + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Let me \"},{\"type\":\"text\",\"text\":\"see.\"},"
                + CALL_A + "," + CALL_B + "]},{\"role\":\"user\",\"content\":[" + result("A", "\"1\"") + ","
                + result("B", "\"2\"")
                + "]}]",
                "[" + ASK + ",{\"role\":\"assistant\",\"content\":\"Let me see.\",\"tool_calls\":[" + CALLED_A + ","
                        + CALLED_B + "]},"
                        + tool("A", "1") + "," + tool("B", "2") + "]");
    }

    @Tag("case-9")
    @Test
    @DisplayName("case 9: arguments are compact and keep their order")
    void argumentsAreCompactAndKeepTheirOrder() {
        becomes("[" + ASK
                + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"functions.Bash:0\",\"name\":\"a\","
                + "\"input\":{\n \"z\" : \"two  words\\n\", \"a\" : { } , \"n\" : 1.0 }}]},{\"role\":\"user\",\"content\":["
                + result("functions.Bash:0", "\"\"") + "]}]",
                "[" + ASK
                        + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"functions.Bash:0\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"a\",\"arguments\":\"{\\\"z\\\":\\\"two  words\\\\n\\\",\\\"a\\\":{},\\\"n\\\":1.0}\"}}]},"
                        + tool("functions.Bash:0", "") + "]");
    }

    @Tag("case-4")
    @Test
    @DisplayName("case 4: signatures and what tools at Anthropic did are not sent")
    void reasoningAndWhatAnthropicsToolsDidStayWithAnthropic() {
        becomes("""
            [{"role":"user","content":"a"},{"role":"assistant","content":[
              {"type":"thinking","thinking":"t","signature":"c2ln"},{"type":"redacted_thinking","data":"x"},
              {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},
              {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]},
              {"type":"text","text":"b"}]},
             {"role":"user","content":"c"},
             {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":""}]},{"role":"user","content":"d"}]""",
                """
                    [{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},\
                    {"role":"assistant","content":""},{"role":"user","content":"d"}]""");
    }

    @Tag("case-9")
    @Test
    void turnsOfTheAssistantThatFollowEachOtherAreOne() {
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A
                + "]},{\"role\":\"assistant\",\"content\":\"well\"},{\"role\":\"user\",\"content\":["
                + result("A", "\"1\"") + "]}]",
                "[" + ASK + ",{\"role\":\"assistant\",\"content\":\"well\",\"tool_calls\":[" + CALLED_A + "]},"
                        + tool("A", "1") + "]");
    }

    // -- results of tools ----------------------------------------------------------------------------------------------

    @Tag("case-9")
    @Test
    @DisplayName("case 9: results first, then one message of the user")
    void resultsComeFirstThenOneMessageOfTheUser() {
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A + "," + CALL_B
                + "]},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"also\"}," + result("B", "\"2\"")
                + ","
                + result("A", "\"1\"") + "," + IMAGE + "]}]",
                calls(CALLED_A, CALLED_B) + tool("B", "2") + "," + tool("A", "1")
                        + ",{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"also\"}," + IMAGE_URL
                        + "]}]");
    }

    @Tag("case-9")
    @ParameterizedTest
    @DisplayName("case 9: is_error, and content as string, blocks, absent and empty")
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"\"content\":\"text\" | text", "\"content\":\"\" | ~~",
            "\"content\":[] | ~~", "\"content\":null | ~~", "\"is_error\":false | ~~",
            "\"content\":[{\"type\":\"text\",\"text\":\"one\",\"cache_control\":{\"type\":\"ephemeral\"}},{\"type\":\"text\",\"text\":\"two\"}] | one\\n\\ntwo",
            "\"content\":\"boom\",\"is_error\":true | [tool_error] boom",
            "\"is_error\":true | ~[tool_error] ~",
            "\"content\":[{\"type\":\"tool_reference\",\"tool_name\":\"Grep\"}] | [tool_reference] Grep",
            "\"content\":[{\"type\":\"document\",\"title\":\"T\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"d\"}}] | Document: T\\n\\nd"})
    void contentOfAResult(String content, String expected) {
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A
                + "]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"A\"," + content
                + "}]}]",
                calls(CALLED_A) + tool("A", expected) + "]");
    }

    @Tag("case-17")
    @Test
    @DisplayName("case 17: images of a result follow in the message of the user")
    void imagesOfAResultFollowInTheUsersMessage() {
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A + "," + CALL_B
                + "]},{\"role\":\"user\",\"content\":["
                + result("A", "[{\"type\":\"text\",\"text\":\"shot\"}," + IMAGE + "]") + ","
                + result("B", "[" + IMAGE + "]")
                + ",{\"type\":\"text\",\"text\":\"go on\"}]}]",
                calls(CALLED_A, CALLED_B) + tool("A", "shot\\n\\n[the image is in the next user message]") + ","
                        + tool("B", "[the image is in the next user message]")
                        + ",{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"[image from the result of tool call A]\"},"
                        + IMAGE_URL + ",{\"type\":\"text\",\"text\":\"[image from the result of tool call B]\"},"
                        + IMAGE_URL
                        + ",{\"type\":\"text\",\"text\":\"go on\"}]}]");
    }

    @Tag("case-9")
    @Test
    @DisplayName("case 9: two results of one call are merged")
    void twoResultsOfOneCallAreMerged() {
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A + "]},{\"role\":\"user\",\"content\":["
                + result("A", "\"1\"") + "," + result("A", "\"2\"") + "]},{\"role\":\"user\",\"content\":["
                + result("A", "\"3\"")
                + ",{\"type\":\"text\",\"text\":\"and\"}]}]",
                calls(CALLED_A) + tool("A", "1\\n\\n2\\n\\n3") + ",{\"role\":\"user\",\"content\":\"and\"}]");
    }

    @Tag("case-9")
    @Test
    @DisplayName("case 9: an orphan result is text of the user")
    void aResultWithoutItsCallIsSaidByTheUser() {
        becomes("[{\"role\":\"user\",\"content\":[" + result("Z", "\"1\"")
                + "]},{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"Y\",\"is_error\":true,\"content\":["
                + IMAGE + "]}]}]",
                "[{\"role\":\"user\",\"content\":\"[result of tool call Z]\\n\\n1\"},{\"role\":\"assistant\",\"content\":\"b\"},"
                        + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"[result of tool call Y] [tool_error]\"},"
                        + IMAGE_URL + "]}]");
    }

    @Tag("case-9")
    @Test
    @DisplayName("case 9: a result answers the calls directly before it only")
    void aResultAnswersTheCallsDirectlyBeforeItOnly() {
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A + "]},{\"role\":\"user\",\"content\":["
                + result("A", "\"1\"")
                + "]},{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":["
                + result("A", "\"2\"") + "]}]",
                calls(CALLED_A) + tool("A", "1")
                        + ",{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"[result of tool call A]\\n\\n2\"}]");
    }

    @Tag("case-9")
    @Test
    @DisplayName("case 9: a call without a result gets one")
    void aCallWithoutAResultGetsOne() {
        String none = "[tool_error] the call was not answered";
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A + "," + CALL_B
                + "]},{\"role\":\"user\",\"content\":["
                + result("B", "\"2\"") + ",{\"type\":\"text\",\"text\":\"stop\"}]}]",
                calls(CALLED_A, CALLED_B) + tool("B", "2") + "," + tool("A", none)
                        + ",{\"role\":\"user\",\"content\":\"stop\"}]");
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A
                + "]},{\"role\":\"user\",\"content\":\"never mind\"}]",
                calls(CALLED_A) + tool("A", none) + ",{\"role\":\"user\",\"content\":\"never mind\"}]");
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A + "]}]",
                calls(CALLED_A) + tool("A", none) + "]");
    }

    @Tag("case-9")
    @Tag("case-12")
    @Test
    @DisplayName("cases 9 and 12: results stand before a system turn")
    void resultsStandBeforeASystemTurn() {
        becomes("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + CALL_A + "]},{\"role\":\"user\",\"content\":["
                + result("A", "\"1\"") + "]},{\"role\":\"system\",\"content\":\"s\"}]",
                calls(CALLED_A) + tool("A", "1") + ",{\"role\":\"system\",\"content\":\"s\"}]");
    }

    // -- what cannot be carried ----------------------------------------------------------------------------------------

    @Tag("case-17")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}} | messages.0.content.1.source: a file that was uploaded to Anthropic",
            "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}} | messages.0.content.1.source: a file that was uploaded to Anthropic",
            "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"u\"}} | messages.0.content.1.source: a document to be fetched from a URL",
            "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"eA==\"}} | messages.0.content.1.source: a document of type application/pdf",
            "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}]}} | messages.0.content.1.source.content.1.source: a file that was uploaded to Anthropic",
            "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"u\"}}]} | messages.0.content.1.content.0.source: a document to be fetched from a URL",
            "{\"type\":\"container_upload\",\"file_id\":\"f\"} | messages.0.content.1: a block of type \"container_upload\" here"})
    void whatTheDialectHasNothingForIsRefused(String block, String problem) {
        ApiException e = assertThrows(ApiException.class, () -> Encoded
                .messages("[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"t\"}," + block + "]}]"));
        assertEquals(problem + " cannot be sent to provider home", e.getMessage());
        assertEquals(400, e.status());
        assertEquals(ErrorType.INVALID_REQUEST_ERROR, e.type());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"type\":\"compaction\",\"content\":\"summary\"} | messages.1.content.0: a block of type \"compaction\"",
            "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[" + IMAGE
                    + "]}} | messages.1.content.0: an image or a file of the assistant"})
    void whatMattersInAnAnswerIsNotDropped(String block, String problem) {
        ApiException e = assertThrows(ApiException.class,
                () -> Encoded.messages("[" + ASK + ",{\"role\":\"assistant\",\"content\":[" + block + "]}]"));
        assertEquals(problem + " cannot be sent to provider home", e.getMessage());
    }

    // -- the same bytes again ------------------------------------------------------------------------------------------

    // ------------------------------------------------------------------------------------------------------------------

    private static String result(String id, String content) {
        return "{\"type\":\"tool_result\",\"tool_use_id\":\"" + id + "\",\"content\":" + content + "}";
    }

    private static String tool(String id, String content) {
        return "{\"role\":\"tool\",\"tool_call_id\":\"" + id + "\",\"content\":\"" + content + "\"}";
    }

    private static String calls(String... calls) {
        return "[" + ASK + ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" + String.join(",", calls)
                + "]},";
    }

    private static void same(String messages) {
        becomes(messages, messages);
    }

    private static void becomes(String messages, String expected) {
        assertEquals(expected, Encoded.messages(messages));
    }
}
