package dev.caravan.message;

import static dev.caravan.message.Requests.blocks;
import static dev.caravan.message.Requests.decode;
import static dev.caravan.message.Requests.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.caravan.message.ContentBlock.Base64Source;
import dev.caravan.message.ContentBlock.ContentSource;
import dev.caravan.message.ContentBlock.Document;
import dev.caravan.message.ContentBlock.FileSource;
import dev.caravan.message.ContentBlock.Image;
import dev.caravan.message.ContentBlock.Other;
import dev.caravan.message.ContentBlock.RedactedThinking;
import dev.caravan.message.ContentBlock.SearchResult;
import dev.caravan.message.ContentBlock.TextSource;
import dev.caravan.message.ContentBlock.ToolResult;
import dev.caravan.message.ContentBlock.ToolUse;
import dev.caravan.message.ContentBlock.UrlSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks as clients send them and as they are kept. */
class ContentDecoderTest {
    static Stream<Arguments> contents() {
        return Stream.of(arguments("\"hi\"", List.of(new ContentBlock.Text("hi"))), arguments("\"\"", List.of()),
                arguments("[]", List.of()),
                arguments("[{\"type\":\"text\",\"text\":\"\"}]", List.of(new ContentBlock.Text(""))),
                arguments("""
                    [{"type":"text","text":"a"},{"type":"text","text":"b"}]""",
                        List.of(new ContentBlock.Text("a"), new ContentBlock.Text("b"))),
                arguments("""
                    [{"type":"text","text":"a","citations":[],"cache_control":null}]""",
                        List.of(new ContentBlock.Text("a", false))),
                arguments("""
                    [{"type":"text","text":"a","citations":[{"type":"char_location","cited_text":"c"}]}]""",
                        List.of(new ContentBlock.Text("a", true))),
                arguments("""
                    [{"type":"text","text":"a","citations":null}]""", List.of(new ContentBlock.Text("a"))),
                arguments(
                        """
                            [{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"},
                              "transformations":{"oversized_image":"downsize"}}]""",
                        List.of(new Image(new Base64Source("image/png", "iVBOR")))),
                arguments("""
                    [{"type":"image","source":{"data":"iVBOR","media_type":"image/png","type":"base64"}}]""",
                        List.of(new Image(new Base64Source("image/png", "iVBOR")))),
                arguments("""
                    [{"type":"image","source":{"type":"url","url":"https://example.org/a.png"}}]""",
                        List.of(new Image(new UrlSource("https://example.org/a.png")))),
                arguments("""
                    [{"type":"image","source":{"type":"file","file_id":"file_1","content":[7]}}]""",
                        List.of(new Image(new FileSource("file_1")))),
                arguments("""
                    [{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},
                      "title":"T","context":"C","citations":{"enabled":true}}]""",
                        List.of(new Document(new Base64Source("application/pdf", "JVBE"), "T", "C"))),
                arguments("""
                    [{"type":"document","title":null,"context":null,
                      "source":{"type":"text","media_type":"text/plain","data":"plain"}}]""",
                        List.of(new Document(new TextSource("plain"), null, null))),
                arguments("""
                    [{"type":"document","source":{"type":"content","content":"one"}}]""",
                        List.of(new Document(new ContentSource(List.of(new ContentBlock.Text("one"))), null, null))),
                arguments("""
                    [{"type":"document","source":{"type":"content","content":[{"type":"text","text":"one"},
                      {"type":"image","source":{"type":"url","url":"u"}}]}}]""",
                        List.of(new Document(
                                new ContentSource(
                                        List.of(new ContentBlock.Text("one"), new Image(new UrlSource("u")))),
                                null, null))),
                arguments("""
                    [{"type":"document","source":{"type":"url","url":"https://example.org/a.pdf"}}]""",
                        List.of(new Document(new UrlSource("https://example.org/a.pdf"), null, null))),
                arguments("""
                    [{"type":"document","source":{"type":"file","file_id":"file_1"}}]""",
                        List.of(new Document(new FileSource("file_1"), null, null))),
                arguments("""
                    [{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}],
                      "citations":{"enabled":true}}]""",
                        List.of(new SearchResult("s", "t", List.of(new ContentBlock.Text("x"))))),
                arguments("""
                    [{"type":"tool_result","tool_use_id":"toolu_1"}]""",
                        List.of(new ToolResult("toolu_1", List.of(), false))),
                arguments("""
                    [{"type":"tool_result","tool_use_id":"toolu_1","content":null,"is_error":null}]""",
                        List.of(new ToolResult("toolu_1", List.of(), false))),
                arguments("""
                    [{"type":"tool_result","tool_use_id":"toolu_1","content":[],"is_error":true}]""",
                        List.of(new ToolResult("toolu_1", List.of(), true))),
                arguments(
                        """
                            [{"type":"tool_result","tool_use_id":"toolu_1","content":"42","is_error":false,
                              "cache_control":{"type":"ephemeral"}}]""",
                        List.of(new ToolResult("toolu_1", List.of(new ContentBlock.Text("42")), false))),
                arguments("""
                    [{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"42"},
                      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"}},
                      {"type":"document","source":{"type":"text","data":"d"}},
                      {"type":"search_result","source":"s","title":"t","content":[]}]}]""",
                        List.of(new ToolResult("toolu_1",
                                List.of(new ContentBlock.Text("42"), new Image(new Base64Source("image/png", "iVBOR")),
                                        new Document(new TextSource("d"), null, null),
                                        new SearchResult("s", "t", List.of())),
                                false))));
    }

    @ParameterizedTest
    @MethodSource("contents")
    void contentOfAUserMessage(String content, List<ContentBlock> expected) {
        assertEquals(expected, blocks(content));
    }

    static Stream<Arguments> assistantContents() {
        return Stream.of(arguments("""
            [{"type":"thinking","thinking":"hm","signature":"c2ln"}]""",
                List.of(new ContentBlock.Thinking("hm", "c2ln"))),
                arguments("""
                    [{"type":"thinking","thinking":"","signature":null}]""",
                        List.of(new ContentBlock.Thinking("", ""))),
                arguments("""
                    [{"type":"thinking","thinking":"hm"}]""", List.of(new ContentBlock.Thinking("hm", ""))),
                arguments("""
                    [{"type":"redacted_thinking","data":"ZGF0YQ=="}]""",
                        List.of(new RedactedThinking("ZGF0YQ=="))),
                arguments("""
                    [{"type":"document","source":{"type":"text","data":"d"}}]""",
                        List.of(new Document(new TextSource("d"), null, null))));
    }

    @ParameterizedTest
    @MethodSource("assistantContents")
    void contentOfAnAssistantMessage(String content, List<ContentBlock> expected) {
        assertEquals(expected, blocks("assistant", content));
    }

    /** The same blocks with the type last: an object has no order. */
    @ParameterizedTest
    @MethodSource("contents")
    void aTypeThatDoesNotComeFirst(String content, List<ContentBlock> expected) {
        assertEquals(expected, blocks(TypeLast.rewrite(content)));
    }

    @ParameterizedTest
    @MethodSource("assistantContents")
    void anAssistantsTypeThatDoesNotComeFirst(String content, List<ContentBlock> expected) {
        assertEquals(expected, blocks("assistant", TypeLast.rewrite(content)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            """
                {"type":"tool_use","id":"toolu_1","name":"f","input":{"a": [1, 2.50],  "b":"é\\u00e9"},"caller":{"type":"direct"}}""",
            """
                {"input":{"a": [1, 2.50],  "b":"é\\u00e9"},"id":"toolu_1","name":"f","type":"tool_use"}""", """
                {"id":"toolu_1","type":"tool_use","input":{"a": [1, 2.50],  "b":"é\\u00e9"},"name":"f"}"""})
    void aToolCallKeepsItsInputAsWritten(String block) {
        ToolUse use = assertInstanceOf(ToolUse.class, blocks("assistant", "[" + block + "]").getFirst());
        assertEquals("toolu_1", use.id());
        assertEquals("f", use.name());
        assertEquals("{\"a\": [1, 2.50],  \"b\":\"é\\u00e9\"}", use.input().text());
        assertEquals("{\"a\":[1,2.50],\"b\":\"é\\u00e9\"}", use.input().compact());
    }

    /** Blocks that only Anthropic has, or that are newer than this program, are kept whole, wherever their type stands. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"zzz\"}", "{ \"type\" : \"zzz\" , \"a\" : { \"type\" : \"text\" } }",
            "{\"a\":{\"b\":[]},\"type\":\"zzz\"}", "{\"a\":{},\"type\":\"zzz\",\"b\":{\"c\":{}}}",
            "{\"a\":[{}],\"b\":{\"c\":1,\"d\":[]},\"type\":\"zzz\",\"e\":\"é\"}",
            "{\"a\":[[],[{\"type\":\"yyy\"}]],\"type\":\"zzz\"}", "{\"type\":\"zzz\",\"type\":\"yyy\"}",
            "{\"a\":\"}\",\"type\":\"zzz\"}"})
    void anUnknownBlockIsKeptAsWritten(String block) {
        for (String content : List.of("[" + block + "]", "[ " + block + " , {\"type\":\"text\",\"text\":\"next\"}]")) {
            Other other = assertInstanceOf(Other.class, blocks(content).getFirst());
            assertEquals("zzz", other.type());
            assertEquals(block, other.json().text());
        }
        ToolResult result = assertInstanceOf(ToolResult.class,
                blocks("[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[%s]}]".formatted(block))
                        .getFirst());
        assertEquals(block, assertInstanceOf(Other.class, result.content().getFirst()).json().text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"server_tool_use", "web_search_tool_result", "web_fetch_tool_result",
            "code_execution_tool_result", "container_upload", "mcp_tool_use", "compaction"})
    void blocksOfAnthropicsOwnAreKeptWhole(String type) {
        String block = "{\"type\":\"%s\",\"id\":\"x\",\"content\":[{\"type\":\"a\"}]}".formatted(type);
        assertEquals(block, assertInstanceOf(Other.class, blocks("assistant", "[" + block + "]").getFirst()).json()
                .text());
    }

    @Test
    void media() {
        MessageRequest request = decode(Requests.withMessage("user", """
            [{"type":"image","source":{"type":"base64","media_type":"image/png","data":"%s"}},
             {"source":{"type":"base64","media_type":"application/pdf","data":"%s"},"type":"document"}]"""
                .formatted("A".repeat(40_000), "B".repeat(2_000))));
        assertEquals(42_000, request.mediaBytes());
        assertEquals(TokenEstimate.ofBytes(request.body().length - 42_000) + 1_500 + 2_333,
                request.estimatedInputTokens());
    }

    /** Each by itself, wherever it stands and wherever its bytes are. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'AAAA'}}|1500",
            "{'type':'image','source':{'type':'url','url':'https://a.example/b.png'}}|1500",
            "{'type':'image','source':{'type':'file','file_id':'f'}}|1500",
            "{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'AAAA'}}|2333",
            "{'type':'document','source':{'type':'url','url':'https://a.example/b.pdf'}}|2333",
            "{'type':'document','source':{'type':'file','file_id':'f'}}|2333",
            "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'text'}}|0",
            "{'type':'document','source':{'type':'content','content':[{'type':'image','source':"
                    + "{'type':'file','file_id':'f'}}]}}|1500",
            "{'type':'tool_result','tool_use_id':'t','content':[{'type':'image','source':{'type':'file','file_id':'f'}}]}"
                    + "|1500"})
    void everyImageAndDocumentCounts(String block, int tokens) {
        String json = block.replace('\'', '"');
        assertEquals(tokens, decode(Requests.withMessage("user", "[" + json + "]")).mediaTokens());
        assertEquals(3 * tokens,
                decode(Requests.withMessage("user", "[" + json + "," + json + "," + json + "]")).mediaTokens());
    }

    @Test
    void aLongDocumentHasMorePages() {
        String pdf = "[{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\","
                + "\"data\":\"%s\"}}]";
        assertEquals(3 * 2_333, decode(Requests.withMessage("user", pdf.formatted("A".repeat(200_000)))).mediaTokens());
    }
}
