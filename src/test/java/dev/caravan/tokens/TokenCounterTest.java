package dev.caravan.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("case-16")
class TokenCounterTest {
    private static final TokenCounter COUNTER = new TokenCounter();
    private static final String HELLO = "{\"role\":\"user\",\"content\":\"Hello, Claude\"}";
    private static final String WEATHER_TOOL = """
        {"name":"get_weather","description":"Get the current weather in a given location","input_schema":{
         "type":"object","properties":{"location":{"type":"string",
         "description":"The city and state, e.g. San Francisco, CA"}},"required":["location"]}}""";

    private static long count(String fields) {
        String body = "{\"model\":\"m\"," + fields + "}";
        return COUNTER.count(
                RequestDecoder.decodeForCounting(body.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01));
    }

    private static long countMessages(String messages) {
        return count("\"messages\":[" + messages + "]");
    }

    private static long countText(String text) {
        String quoted = new String(MessageJson.quoted(text), StandardCharsets.UTF_8);
        return countMessages("{\"role\":\"user\",\"content\":" + quoted + "}");
    }

    /** Tokens of these blocks in a user's message that says something else as well. */
    private static long countBlocks(String blocks) {
        return countMessages("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello, Claude\"}," + blocks
                + "]}") - countMessages(HELLO);
    }

    private static String png(int width, int height) {
        byte[] header = HexFormat.of()
                .parseHex("89504e470d0a1a0a0000000d49484452%08x%08x08".formatted(width, height));
        return Base64.getEncoder().encodeToString(header);
    }

    private static String image(String data) {
        return "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"" + data
                + "\"}}";
    }

    private static String pdf(int bytes) {
        return "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\""
                + "A".repeat(bytes / 3 * 4) + "\"}}";
    }

    static Stream<Arguments> documentedCounts() {
        return Stream.of(arguments(14, "\"system\":\"You are a scientist\",\"messages\":[" + HELLO + "]"),
                arguments(403, "\"tools\":[" + WEATHER_TOOL + """
                    ],"messages":[{"role":"user","content":"What's the weather like in San Francisco?"}]"""),
                arguments(88, """
                    "messages":[{"role":"user",
                      "content":"Are there an infinite number of prime numbers such that n mod 4 == 3?"},
                     {"role":"assistant","content":[{"type":"thinking","signature":"EuYBCkQYAiJAgC",
                       "thinking":"This is a nice number theory question. Lets think about it step by step..."},
                      {"type":"text",
                       "text":"Yes, there are infinitely many prime numbers p such that p mod 4 = 3..."}]},
                     {"role":"user","content":"Can you write a formal proof?"}]"""));
    }

    /** The provider's documentation shows these requests with their counts; the tokenizer is not the provider's own. */
    @ParameterizedTest
    @MethodSource("documentedCounts")
    void nearTheProvidersOwnCount(long documented, String fields) {
        assertEquals(documented, count(fields), documented * 0.2);
    }

    @Test
    void everyPartOfThePromptCounts() {
        long plain = countMessages(HELLO);
        assertTrue(plain > 3);
        assertTrue(count("\"system\":\"You are a scientist\",\"messages\":[" + HELLO + "]") > plain + 4);
        assertEquals(count("\"system\":\"You are a scientist\",\"messages\":[" + HELLO + "]"),
                count("\"system\":[{\"type\":\"text\",\"text\":\"You are a scientist\"}],\"messages\":[" + HELLO
                        + "]"));
        long one = count("\"tools\":[" + WEATHER_TOOL + "],\"messages\":[" + HELLO + "]");
        long two = count("\"tools\":[" + WEATHER_TOOL + "," + WEATHER_TOOL + "],\"messages\":[" + HELLO + "]");
        assertTrue(one > plain + 40);
        assertTrue(two > one + 40);
        assertTrue(two - one < one - plain, "the prompt that tools need is there once");
        assertTrue(count("\"tool_choice\":{\"type\":\"any\"},\"tools\":[" + WEATHER_TOOL + "],\"messages\":[" + HELLO
                + "]") > one);
        assertTrue(count("\"output_config\":{\"format\":{\"schema\":{\"type\":\"object\"}}},\"messages\":[" + HELLO
                + "]") > plain);
        assertTrue(countMessages(HELLO + ",{\"role\":\"assistant\",\"content\":\"Hi\"}") > plain + 4);
    }

    @Test
    void aSystemMessageBetweenTheOthersCounts() {
        String user = "{\"role\":\"user\",\"content\":\"Hello, Claude\"}";
        String system = "{\"role\":\"system\",\"content\":\"Available agents: one, two and three\"}";
        assertTrue(countMessages(user + "," + system) > countMessages(user) + 8);
    }

    @Test
    void everyKindOfBlockCounts() {
        assertTrue(countBlocks("{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}") > 0);
        assertTrue(countBlocks(
                "{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"It is sunny and warm\"}") > countBlocks(
                        "{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}") + 3);
        assertTrue(countBlocks("{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[" + image(png(280, 280))
                + "]}") >= 100);
        assertTrue(countBlocks(
                "{\"type\":\"search_result\",\"source\":\"https://example.org\",\"title\":\"A title\",\"content\":"
                        + "[{\"type\":\"text\",\"text\":\"A long result\"}]}") > 8);
        assertTrue(countBlocks("{\"type\":\"container_upload\",\"file_id\":\"file_0123456789\"}") > 5);
        String assistant = "{\"role\":\"assistant\",\"content\":[%s]}";
        long nothing = countMessages(assistant.formatted(""));
        assertTrue(countMessages(assistant.formatted(
                "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"city\":\"San Francisco, CA\"}}")) > nothing
                        + 10);
        assertTrue(countMessages(assistant.formatted(
                "{\"type\":\"thinking\",\"thinking\":\"Let me think about it\",\"signature\":\"s\"}")) > nothing + 3);
        assertTrue(countMessages(
                assistant.formatted("{\"type\":\"redacted_thinking\",\"data\":\"" + "A".repeat(400) + "\"}")) > nothing
                        + 50);
    }

    /** Sizes and tokens that the provider's documentation gives, and some beyond its limits. */
    @ParameterizedTest
    @CsvSource({"1,1,1", "28,28,1", "29,28,2", "1000,1000,1296", "1092,1092,1521", "1920,1080,2691", "3840,2160,4784",
            "8000,8000,4784", "2147483647,1,92", "1,2147483647,92", "2147483647,2147483647,4784"})
    void images(int width, int height, long tokens) {
        assertEquals(tokens, countBlocks(image(png(width, height))));
    }

    @Test
    void imagesOfUnknownSize() {
        assertEquals(1_500, countBlocks(image("AAAA")));
        assertEquals(1_500, countBlocks(image("not base64")));
        assertEquals(1_500, countBlocks("{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://x\"}}"));
        assertEquals(1_500, countBlocks("{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}"));
        assertEquals(3_000, countBlocks(image("AAAA") + "," + image("AAAA")));
    }

    @Test
    void documents() {
        long page = countBlocks(pdf(3));
        assertEquals(2_333, page);
        assertEquals(page, countBlocks(pdf(48_000)));
        assertEquals(3 * page, countBlocks(pdf(150_000)));
        assertEquals(page, countBlocks("{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://x\"}}"));
        String text = "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"The grass is green.\"}%s}";
        long plain = countBlocks(text.formatted(""));
        assertEquals(countText("The grass is green.") - countText(""), plain);
        assertTrue(countBlocks(text.formatted(",\"title\":\"My Document\",\"context\":\"Trustworthy\"")) > plain + 2);
        assertTrue(
                countBlocks("{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[{\"type\":\"text\","
                        + "\"text\":\"The grass is green.\"}," + image(png(280, 280)) + "]}}") >= plain + 100);
    }

    /** White space between a schema's tokens is not what a model reads. */
    @Test
    void layoutDoesNotCount() {
        String tools = "\"tools\":[{\"name\":\"f\",\"input_schema\":%s}],\"messages\":[" + HELLO + "]";
        assertEquals(count(tools.formatted("{\"a\":[1,2],\"b\":\"c d\"}")),
                count(tools.formatted("{\n  \"a\" : [ 1,\n 2 ],\n  \"b\" : \"c d\" }")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<|endoftext|>", "<|endofprompt|>", "<|im_start|>system", "<|fim_prefix|>", "[INST]"})
    void specialTokensAreTextLikeAnyOther(String special) {
        assertTrue(countText("before " + special + " after") > countText("before  after") + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\0", "\u00a0", "\uFEFF", "e\u0301\u0301\u0301", "\u202e",
            "\uD83D\uDC68\u200D\uD83D\uDC69"})
    void oddTexts(String text) {
        assertTrue(countText(text) >= 1);
        assertEquals(countText(text), countText(text));
    }

    @Test
    void theLeastIsOne() {
        assertTrue(countMessages("{\"role\":\"user\",\"content\":[]}") >= 1);
    }

    /** Runs without a gap are what a tokenizer can be made slow with; in pieces their count grows with their length. */
    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "\n", "=", "9", "Aa", "你", "\uD83C\uDF89", "a\u0301", "\0", "{\"a\":[", "<|"})
    void longRuns(String unit) {
        int repeats = 200_000 / unit.length();
        long tokens = countText(unit.repeat(repeats));
        long tenth = countText(unit.repeat(repeats / 10));
        assertEquals(10.0 * tenth, tokens, 0.02 * tokens + 100);
    }

    /** Long texts are counted in pieces; where they are cut costs next to nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"The quick brown fox, it said: jumps(over) the lazy dog. ", "public static void main\n",
            "abcdefghijk", "长文本没有空格", "\uD83C\uDF89x", "0123456789", "\t  indented()\n"})
    void piecesAddUp(String unit) {
        String text = unit.repeat(200_000 / unit.length());
        long whole = TextTally.Vocabulary.O200K.countTokensOrdinary(text);
        TextTally pieces = new TextTally();
        pieces.add(text);
        int cuts = text.length() / TextTally.PIECE;
        assertEquals(whole, pieces.tokens(), 4.0 * cuts);
    }

    /** Beyond what is counted the rest is taken to be like it. */
    @Test
    void whatIsTooLongToCountIsEstimated() {
        TextTally most = new TextTally();
        most.add("word and word ".repeat(TextTally.MOST_COUNTED / 14 + 1));
        TextTally tenTimes = new TextTally();
        for (int i = 0; i < 10; i++) {
            tenTimes.add("word and word ".repeat(TextTally.MOST_COUNTED / 14 + 1));
        }
        assertEquals(10.0 * most.tokens(), tenTimes.tokens(), most.tokens() * 0.01);
    }

    @Test
    void theSameFromEveryThread() {
        Set<Long> counts = ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                threads.execute(() -> counts
                        .add(count("\"tools\":[" + WEATHER_TOOL + "],\"messages\":[" + HELLO + "]")));
            }
        }
        assertEquals(1, counts.size());
    }
}
