package dev.caravan.provider.gemini;

import static dev.caravan.provider.gemini.Encoded.GENERATION_3;
import static dev.caravan.provider.gemini.Encoded.contents;
import static dev.caravan.provider.gemini.Encoded.refuses;
import static dev.caravan.provider.gemini.Encoded.withMessages;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.provider.StreamCuts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations of the Messages API and what Gemini gets. */
class ContentsWriterTest {
    private static final String ASK = "{\"role\":\"user\",\"content\":\"hi\"}";
    private static final String ASKED = "{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}";
    private static final String NOT_CARRIED = " cannot be sent to provider google";

    private static String user(String content) {
        return contents("[{\"role\":\"user\",\"content\":[" + content + "]}]");
    }

    private static String userParts(String parts) {
        return "[{\"role\":\"user\",\"parts\":[" + parts + "]}]";
    }

    private static String call(String id, String name) {
        return "{\"type\":\"tool_use\",\"id\":\"" + id + "\",\"name\":\"" + name + "\",\"input\":{ \"x\" : 1.0 }}";
    }

    private static String called(String id, String name) {
        return "{\"functionCall\":{\"id\":\"" + id + "\",\"name\":\"" + name + "\",\"args\":{\"x\":1.0}}}";
    }

    private static String answered(String id, String name, String response) {
        return "{\"functionResponse\":{\"id\":\"" + id + "\",\"name\":\"" + name + "\",\"response\":" + response + "}}";
    }

    private static String turn(String role, String... content) {
        return "{\"role\":\"" + role + "\",\"content\":[" + String.join(",", content) + "]}";
    }

    private static String sent(String role, String... parts) {
        return "{\"role\":\"" + role + "\",\"parts\":[" + String.join(",", parts) + "]}";
    }

    // -- text and media --------------------------------------------------------------------------------------------------

    @Tag("case-17")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"type\":\"text\",\"text\":\"a\\u00fc\",\"cache_control\":{\"type\":\"ephemeral\"}} | {\"text\":\"aü\"}",
            "{\"type\":\"text\",\"text\":\"\"},{\"type\":\"text\",\"text\":\"b\"} | {\"text\":\"b\"}",
            "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AA==\"}},{\"type\":\"text\",\"text\":\"?\"} | {\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AA==\"}},{\"text\":\"?\"}",
            "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://generativelanguage.googleapis.com/v1beta/files/abc-1\"}} | {\"fileData\":{\"fileUri\":\"https://generativelanguage.googleapis.com/v1beta/files/abc-1\"}}",
            "{\"type\":\"document\",\"title\":\"T\",\"context\":\"C\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBE\"}} | {\"text\":\"Context: C\"},{\"text\":\"Document: T\"},{\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":\"JVBE\"}}",
            "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBE\"},\"citations\":{\"enabled\":true}} | {\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":\"JVBE\"}}",
            "{\"type\":\"document\",\"title\":\"T\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"words\"}} | {\"text\":\"Document: T\\n\\nwords\"}",
            "{\"type\":\"document\",\"context\":\"C\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/jpeg\",\"data\":\"AA==\"}}]}} | {\"text\":\"Context: C\\n\\na\"},{\"inlineData\":{\"mimeType\":\"image/jpeg\",\"data\":\"AA==\"}}",
            "{\"type\":\"search_result\",\"source\":\"https://x\",\"title\":\"T\",\"content\":[{\"type\":\"text\",\"text\":\"found\"}]} | {\"text\":\"Search result: T\\nSource: https://x\\n\\nfound\"}"})
    void contentOfTheUser(String block, String parts) {
        assertEquals(userParts(parts), user(block));
    }

    @Tag("case-17")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/a.png\"}} | .source: an image to be fetched from a URL",
            "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://generativelanguage.googleapis.com/v1beta/files/../x\"}} | .source: an image to be fetched from a URL",
            "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://example.com/a.pdf\"}} | .source: a document to be fetched from a URL",
            "{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"file_1\"}} | .source: a file that was uploaded to Anthropic",
            "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"file_1\"}} | .source: a file that was uploaded to Anthropic",
            "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/gif\",\"data\":\"AA==\"}} | .source: an image of type image/gif",
            "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"text/html\",\"data\":\"AA==\"}} | .source: a document of type text/html",
            "{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"x\"}}]}} | .source.content.1.source: an image to be fetched from a URL",
            "{\"type\":\"container_upload\",\"file_id\":\"f\"} | : a block of type \"container_upload\" here",
            "{\"type\":\"tool_result\",\"tool_use_id\":\"x\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"x\"}}]} | .content.0.source: an image to be fetched from a URL"})
    void refusedOfTheUser(String block, String message) {
        String below = message.substring(0, message.indexOf(": "));
        String what = message.substring(message.indexOf(": "));
        refuses(withMessages("[" + ASK + "," + turn("user", "{\"type\":\"text\",\"text\":\"a\"}", block) + "]"),
                "messages.1.content.1" + below + what + NOT_CARRIED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "[]", "[{\"type\":\"text\",\"text\":\"\"}]"})
    void aConversationWithoutContent(String content) {
        refuses(withMessages("[{\"role\":\"user\",\"content\":" + content + "}]"),
                "messages: a conversation without any content" + NOT_CARRIED);
    }

    // -- turns -----------------------------------------------------------------------------------------------------------

    @Tag("case-9")
    @Test
    void neighboursOfOneRoleAreOne() {
        assertEquals("[" + sent("user", "{\"text\":\"a\"}", "{\"text\":\"b\"}") + ","
                + sent("model", "{\"text\":\"c\"}", "{\"text\":\"d\"}") + "," + sent("user", "{\"text\":\"e\"}") + "]",
                contents("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"},"
                        + "{\"role\":\"assistant\",\"content\":\"c\"},{\"role\":\"assistant\",\"content\":\"d\"},"
                        + "{\"role\":\"user\",\"content\":\"e\"}]"));
    }

    @Tag("case-4")
    @Test
    void aTurnOfNothingButForeignReasoningIsNone() {
        assertEquals("[" + sent("user", "{\"text\":\"hi\"}", "{\"text\":\"hi\"}") + "]", contents("[" + ASK + ","
                + turn("assistant", "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"EqQB\"}",
                        "{\"type\":\"redacted_thinking\",\"data\":\"d\"}")
                + "," + ASK + "]"));
    }

    @Tag("case-12")
    @Test
    void theSystemInTheMidstOfTheConversationIsMarkedText() {
        assertEquals(
                "[" + sent("user", "{\"text\":\"hi\"}", "{\"text\":\"<system>\\nAgents: a\\n</system>\"}") + ","
                        + sent("model", "{\"text\":\"ok\"}") + "," + ASKED + "]",
                contents("[" + ASK
                        + ",{\"role\":\"system\",\"content\":\"Agents: a\"},{\"role\":\"assistant\",\"content\":\"ok\"},"
                        + ASK + "]"));
    }

    @Test
    void aPrefillGoesAlong() {
        assertEquals("[" + ASKED + "," + sent("model", "{\"text\":\"{\"}") + "]",
                contents("[" + ASK + ",{\"role\":\"assistant\",\"content\":\"{\"}]"));
    }

    @Tag("case-19")
    @Test
    void whatAnthropicsOwnToolsDidIsPrivate() {
        assertEquals("[" + ASKED + "," + sent("model", "{\"text\":\"so\"}") + "," + ASKED + "]",
                contents("[" + ASK + "," + turn("assistant",
                        "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}",
                        "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"s\",\"content\":[]}",
                        "{\"type\":\"text\",\"text\":\"so\",\"citations\":[{\"type\":\"x\"}]}") + "," + ASK + "]"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"type\":\"compaction\",\"content\":\"c\"} | a block of type \"compaction\"",
            "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBE\"}} | an image or a file of the assistant"})
    void refusedOfTheAssistant(String block, String message) {
        refuses(withMessages("[" + ASK + "," + turn("assistant", block) + "," + ASK + "]"),
                "messages.1.content.0: " + message + NOT_CARRIED);
    }

    // -- tools -----------------------------------------------------------------------------------------------------------

    @Tag("case-9")
    @Test
    void resultsFirstAndInTheOrderOfTheirCalls() {
        assertEquals("["
                + ASKED + "," + sent("model", "{\"text\":\"I look.\"}", called("A", "a"), called("B", "b")) + ","
                + sent("user", answered("A", "a", "{\"output\":\"1\"}"),
                        answered("B", "b", "{\"output\":\"2\\n\\n3\"}"),
                        "{\"text\":\"also\"}", "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AA==\"}}")
                + "]",
                contents("[" + ASK + ","
                        + turn("assistant", "{\"type\":\"text\",\"text\":\"I look.\"}", call("A", "a"), call("B", "b"))
                        + ","
                        + turn("user", "{\"type\":\"text\",\"text\":\"also\"}",
                                "{\"type\":\"tool_result\",\"tool_use_id\":\"B\",\"content\":[{\"type\":\"text\",\"text\":\"2\"},{\"type\":\"text\",\"text\":\"3\"}]}",
                                "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":\"1\"}",
                                "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AA==\"}}")
                        + "]"));
    }

    @Tag("case-9")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"\"is_error\":false | {\"output\":\"\"}",
            "\"content\":[] | {\"output\":\"\"}", "\"content\":\"\" | {\"output\":\"\"}",
            "\"content\":null | {\"output\":\"\"}",
            "\"content\":\"{\\\"a\\\":1}\" | {\"output\":\"{\\\"a\\\":1}\"}",
            "\"content\":\"oh\",\"is_error\":true | {\"error\":\"oh\"}", "\"is_error\":true | {\"error\":\"\"}",
            "\"content\":[{\"type\":\"tool_reference\",\"tool_name\":\"f\"}] | {\"output\":\"[tool_reference] f\"}",
            "\"content\":[{\"type\":\"search_result\",\"source\":\"s\",\"title\":\"t\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}] | {\"output\":\"Search result: t\\nSource: s\\n\\nx\"}"})
    void results(String fields, String response) {
        assertEquals(
                "[" + ASKED + "," + sent("model", called("A", "a")) + "," + sent("user", answered("A", "a", response))
                        + "]",
                contents("[" + ASK + "," + turn("assistant", call("A", "a")) + ","
                        + turn("user", "{\"type\":\"tool_result\",\"tool_use_id\":\"A\"," + fields + "}") + "]"));
    }

    private static final String WITH_IMAGE = "[" + ASK + "," + turn("assistant", call("A", "a"), call("B", "b")) + ","
            + turn("user",
                    "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":[{\"type\":\"text\",\"text\":\"see\"},{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AA==\"}}]}",
                    "{\"type\":\"tool_result\",\"tool_use_id\":\"B\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBE\"}}]}")
            + "]";
    private static final String PNG = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AA==\"}}";
    private static final String PDF = "{\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":\"JVBE\"}}";

    @Tag("case-17")
    @Test
    void mediaOfAResultStandBehindTheResults() {
        assertEquals("[" + ASKED + "," + sent("model", called("A", "a"), called("B", "b")) + ","
                + sent("user", answered("A", "a", "{\"output\":\"see\"}"), answered("B", "b", "{\"output\":\"\"}"),
                        "{\"text\":\"[from the result of a, call A]\"}", PNG,
                        "{\"text\":\"[from the result of b, call B]\"}", PDF)
                + "]", contents(WITH_IMAGE));
    }

    @Tag("case-17")
    @Test
    void generation3TakesMediaInResults() {
        String encoded = contents(WITH_IMAGE, GENERATION_3);
        assertTrue(encoded.endsWith(sent("user",
                "{\"functionResponse\":{\"id\":\"A\",\"name\":\"a\",\"response\":{\"output\":\"see\"},\"parts\":[" + PNG
                        + "]}}",
                "{\"functionResponse\":{\"id\":\"B\",\"name\":\"b\",\"response\":{\"output\":\"\"},\"parts\":[" + PDF
                        + "]}}")
                + "]"), encoded);
    }

    @Tag("case-9")
    @Test
    void repairs() {
        assertEquals("[" + ASKED + "," + sent("model", called("A", "a"), called("B", "b")) + "," + sent("user",
                answered("A", "a", "{\"error\":\"1\\n\\n2\"}"),
                answered("B", "b", "{\"error\":\"the call was not answered\"}"),
                "{\"text\":\"[result of tool call Z] [tool_error]\"}", "{\"text\":\"lost\"}") + ","
                + sent("model", "{\"text\":\"ok\"}") + ","
                + sent("user", "{\"text\":\"[result of tool call B]\"}", "{\"text\":\"late\"}") + "]",
                contents("[" + ASK + "," + turn("assistant", call("A", "a")) + "," + turn("assistant", call("B", "b"))
                        + ","
                        + turn("user", "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"content\":\"1\"}",
                                "{\"type\":\"tool_result\",\"tool_use_id\":\"Z\",\"is_error\":true,\"content\":\"lost\"}")
                        + ","
                        + turn("user",
                                "{\"type\":\"tool_result\",\"tool_use_id\":\"A\",\"is_error\":true,\"content\":\"2\"}")
                        + ",{\"role\":\"assistant\",\"content\":\"ok\"},"
                        + turn("user", "{\"type\":\"tool_result\",\"tool_use_id\":\"B\",\"content\":\"late\"}") + "]"));
    }

    @Tag("case-9")
    @Test
    void aConversationThatEndsWithACallIsAnswered() {
        assertEquals("[" + ASKED + "," + sent("model", called("A", "a")) + ","
                + sent("user", answered("A", "a", "{\"error\":\"the call was not answered\"}")) + "]",
                contents("[" + ASK + "," + turn("assistant", call("A", "a")) + "]"));
    }

    // -- thoughts and signatures -------------------------------------------------------------------------------------------

    private static String thinking(String text, String signature) {
        return "{\"type\":\"thinking\",\"thinking\":\"" + text + "\",\"signature\":\"" + signature + "\"}";
    }

    private static final String RESULT = turn("user", "{\"type\":\"tool_result\",\"tool_use_id\":\"A\"}");
    private static final String RESULT_OUT = sent("user", answered("A", "a", "{\"output\":\"\"}"));

    @Tag("case-4")
    @ParameterizedTest
    @ValueSource(strings = {"EqQBCkYIBBgCKkB", "", "caravan:openai", "caravan:", "caravan:gemini-x"})
    void reasoningOfOthersIsLeftOut(String signature) {
        String conversation = "[" + ASK + "," + turn("assistant", thinking("t", signature), call("A", "a")) + ","
                + RESULT
                + "]";
        assertEquals("[" + ASKED + "," + sent("model", called("A", "a")) + "," + RESULT_OUT + "]",
                contents(conversation));
        assertEquals("[" + ASKED + ","
                + sent("model", called("A", "a").replaceFirst("}$",
                        ",\"thoughtSignature\":\"skip_thought_signature_validator\"}"))
                + "," + RESULT_OUT + "]", contents(conversation, GENERATION_3));
    }

    @Tag("case-4")
    @Test
    void onlyTheFirstCallOfATurnNeedsASignature() {
        String encoded = contents("[" + ASK + "," + turn("assistant", thinking("", "caravan:gemini:next:S"),
                call("A", "a"), call("B", "b")) + "," + RESULT + "," + turn("assistant", call("C", "a"), call("D", "b"))
                + "]", GENERATION_3);
        List<String> signatures = new ArrayList<>();
        Encoded.json(encoded).findParents("functionCall")
                .forEach(part -> signatures.add(part.path("thoughtSignature").asText("-")));
        assertEquals(List.of("S", "-", "skip_thought_signature_validator", "-"), signatures);
    }

    @Tag("case-4")
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            // blocks of the assistant, parts of the model
            "caravan:gemini | t | {\"text\":\"t\",\"thought\":true},{\"text\":\"x\"}",
            "caravan:gemini:own:S | t | {\"text\":\"t\",\"thought\":true,\"thoughtSignature\":\"S\"},{\"text\":\"x\"}",
            "caravan:gemini:own:S | ~~ | {\"text\":\"\",\"thought\":true,\"thoughtSignature\":\"S\"},{\"text\":\"x\"}",
            "caravan:gemini:next:S | t | {\"text\":\"t\",\"thought\":true},{\"text\":\"x\",\"thoughtSignature\":\"S\"}",
            "caravan:gemini:next:S | ~~ | {\"text\":\"x\",\"thoughtSignature\":\"S\"}",
            "caravan:gemini | ~~ | {\"text\":\"x\"}"})
    void thoughtsOfGemini(String signature, String thought, String parts) {
        String text = "{\"type\":\"text\",\"text\":\"x\"}";
        String conversation = "[" + ASK + "," + turn("assistant", thinking(thought, signature), text) + "," + ASK + "]";
        assertEquals("[" + ASKED + "," + sent("model", parts) + "," + ASKED + "]", contents(conversation));
        assertEquals("[" + ASKED + "," + sent("model", "{\"text\":\"x\"}") + "," + ASKED + "]",
                contents(conversation, "gemini-2.0-flash"));
    }

    @Tag("case-4")
    @Test
    @DisplayName("case 4: a signature behind a text, alone or on its last part, comes back behind it")
    void aSignatureBehindTheText() {
        String said = "{\"text\":\"x\"},{\"text\":\"\",\"thoughtSignature\":\"S\"}";
        String conversation = "[" + ASK + "," + turn("assistant", "{\"type\":\"text\",\"text\":\"x\"}",
                thinking("", "caravan:gemini:end:S")) + "," + ASK + "]";
        assertEquals("[" + ASKED + "," + sent("model", said) + "," + ASKED + "]", contents(conversation));
        assertEquals("[" + ASKED + "," + sent("model", "{\"text\":\"x\"}") + "," + ASKED + "]",
                contents(conversation, "gemini-2.0-flash"));
        StreamCuts.Outcome outcome = Decoded
                .stream("P [{\"text\":\"x\"}]\nP [{\"text\":\"\",\"thoughtSignature\":\"S\"}]\n"
                        + "P [{\"functionCall\":{\"id\":\"A\",\"name\":\"a\",\"args\":{\"x\":1.0}}}]\nF STOP");
        String message = outcome.message();
        String asSent = message.substring(message.indexOf("\"content\":") + 10, message.indexOf(",\"stop_reason\""));
        String encoded = contents("[" + ASK + ",{\"role\":\"assistant\",\"content\":" + asSent + "}]");
        assertTrue(encoded.contains(sent("model", said + "," + called("A", "a"))), encoded);
    }

    @Tag("case-4")
    @Test
    void aSignatureReachesItsCallInALaterMessage() {
        String encoded = contents("[" + ASK + "," + turn("assistant", thinking("", "caravan:gemini:next:S")) + ","
                + turn("assistant", call("A", "a")) + "," + RESULT + "]", GENERATION_3);
        assertEquals("S", Encoded.json(encoded).findParent("functionCall").path("thoughtSignature").asText());
    }

    /** What Gemini said, through a client that sends it back, is what Gemini gets. */
    @Tag("case-4")
    @Test
    void aReplyComesBackAsItWas() {
        String parts = "{\"text\":\"Think.\",\"thought\":true},{\"functionCall\":{\"id\":\"toolu_1_0\",\"name\":\"a\",\"args\":{\"n\":1e400,\"s\":\"\\u00fc\"}},\"thoughtSignature\":\"EpEg+/==\"},"
                + "{\"functionCall\":{\"id\":\"x\",\"name\":\"b\",\"args\":{}}}";
        StreamCuts.Outcome outcome = Decoded.stream("P [" + parts.replace("\"id\":\"toolu_1_0\",", "") + "]\nF STOP");
        String message = outcome.message();
        String asSent = message.substring(message.indexOf("\"content\":") + 10, message.indexOf(",\"stop_reason\""));
        String encoded = contents("[" + ASK + ",{\"role\":\"assistant\",\"content\":" + asSent + "}," + ASK + "]",
                GENERATION_3);
        assertTrue(encoded.contains(sent("model", parts)), encoded);
    }
}
