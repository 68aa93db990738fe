package dev.caravan.provider.bedrock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.RawEvent;
import dev.caravan.message.MessageEvent.RawMessage;
import dev.caravan.message.MessageJson;
import dev.caravan.message.RequestDecoder;
import dev.caravan.testkit.AwsFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** InvokeModel: the Messages API's own bytes, wrapped and unwrapped. */
class InvokeTest {
    private static final List<String> ALLOWED = List.of("a-2025-01-01", "b-2025-01-01");

    private static String encoded(String request, String... betas) {
        byte[] body = request.getBytes(StandardCharsets.UTF_8);
        return new String(InvokeRequestEncoder.encode(RequestDecoder.decode(body, ApiVersion.V2023_06_01),
                List.of(betas), ALLOWED), StandardCharsets.UTF_8);
    }

    @Tag("case-13")
    @Test
    void theRequestsOwnBytesButForModelAndStream() {
        assertEquals(
                """
                    {"anthropic_version":"bedrock-2023-05-31","max_tokens" : 9,"new":[1.50e1,{"b":1,"a":"\\u00fc ü"}],\
                    "messages": [ {"role":"user", "content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}],\
                    "temperature":0.10,"x":-1,"y":true,"z":null,"s":"\\"}"}""",
                encoded("""
                    { "model": "claude-x","stream":true, "max_tokens" : 9 ,"new":[1.50e1,{"b":1,"a":"\\u00fc ü"}]
                    ,"messages": [ {"role":"user", "content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}],
                    "temperature":0.10, "x":-1,"y":true ,"z":null,"s":"\\"}"}
                    """));
    }

    private static final String REST = ",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @Tag("case-13")
    @Test
    void betasThatBedrockHas() {
        assertEquals(
                "{\"anthropic_version\":\"bedrock-2023-05-31\",\"anthropic_beta\":[\"a-2025-01-01\"]" + REST,
                encoded("{\"model\":\"m\"" + REST, "a-2025-01-01"));
        assertEquals("{\"anthropic_version\":\"bedrock-2023-05-31\",\"anthropic_beta\":[\"b-2025-01-01\","
                + "\"a-2025-01-01\"]" + REST,
                encoded("{\"model\":\"m\",\"anthropic_version\":\"x\",\"anthropic_beta\":[\"a-2025-01-01\",\"c\",7,"
                        + "\"b-2025-01-01\"]" + REST, "b-2025-01-01"));
    }

    @Tag("case-4")
    @Test
    void reasoningThatAnthropicHasNotSignedIsLeftOut() {
        assertEquals(
                """
                    {"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"hi"},\
                    {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"EqQB"},\
                    { "type":"redacted_thinking","data":"x"},{"type":"text","text":"a" , "n":1.0}]},{"role":"user","content":"go"}]\
                    ,"n":1}""",
                encoded("""
                    {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"},
                    {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"caravan:openai"},
                    {"type":"thinking","thinking":"t","signature":"EqQB"}, { "type":"redacted_thinking","data":"x"},
                    {"type":"redacted_thinking","data":"caravan:bedrock:x"},
                    {"type":"thinking","thinking":"","signature":""},{"type":"text","text":"a" , "n":1.0}]},
                    {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"caravan:bedrock:s"}]},
                    {"role":"user","content":"go"}],"n":1}"""));
    }

    // Replies

    private static final List<String> EVENTS = List.of(
            "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_bdrk_1\",\"model\":\"claude\",\"usage\":{\"input_tokens\":1}}}",
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"} }",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"你好🎉\"}}",
            "{\"type\":\"ping\"}", "{\"index\":0,\"type\":\"content_block_stop\"}",
            "{\"type\":\"new_event\",\"x\":1.50}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}",
            "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":1}}");

    private static byte[] frames(List<String> events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        events.forEach(event -> bytes.writeBytes(AwsFrames.chunk(event)));
        return bytes.toByteArray();
    }

    /** The events' data; the last is what the stream failed with, if it did. */
    private static List<String> decoded(byte[] bytes, IntUnaryOperator sizes) {
        List<MessageEvent> events = new ArrayList<>();
        InvokeResponseDecoder decoder = new InvokeResponseDecoder("aws", true, events::add);
        EventStreamFraming framing = new EventStreamFraming(decoder);
        List<String> data = new ArrayList<>();
        try {
            for (int at = 0; at < bytes.length;) {
                int size = Math.min(sizes.applyAsInt(at), bytes.length - at);
                framing.feed(bytes, at, size);
                boolean more = true;
                while (more) {
                    more = framing.next();
                }
                at += size;
            }
            if (!framing.end()) {
                throw new IOException("inside");
            }
            decoder.end();
        } catch (ApiException | IOException e) {
            data.add(e.getMessage());
        }
        List<String> all = new ArrayList<>();
        for (MessageEvent event : events) {
            RawEvent raw = (RawEvent) event;
            String json = new String(raw.data(), StandardCharsets.UTF_8);
            assertTrue(json.contains("\"type\":\"" + raw.name() + "\""), json);
            all.add(json);
        }
        all.addAll(data);
        return all;
    }

    @Tag("case-21")
    @Test
    void eventsAreHandedOnAsTheyAreHoweverTheyAreCut() {
        byte[] bytes = frames(EVENTS);
        assertEquals(EVENTS, decoded(bytes, at -> Integer.MAX_VALUE));
        assertEquals(EVENTS, decoded(bytes, at -> 1));
        for (int cut = 1; cut < bytes.length; cut++) {
            int first = cut;
            assertEquals(EVENTS, decoded(bytes, at -> at == 0 ? first : bytes.length));
        }
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            assertEquals(EVENTS, decoded(bytes, at -> 1 + random.nextInt(200)));
        }
    }

    @Tag("case-7")
    @Test
    void aStreamThatEndsTooEarlyIsAnErrorWhereverItEnds() {
        byte[] bytes = frames(EVENTS);
        for (int end = 0; end < bytes.length; end++) {
            List<String> cut = decoded(Arrays.copyOf(bytes, end), at -> 100);
            String failure = cut.getLast();
            assertTrue(failure.equals("inside") || failure.equals("provider aws ended its stream before message_stop"),
                    failure);
        }
    }

    @Tag("case-7")
    @Test
    void anErrorOfAnthropicsOwnEndsTheStream() {
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
        assertEquals(List.of(EVENTS.getFirst(), error),
                decoded(frames(List.of(EVENTS.getFirst(), error, "{}")), at -> 50));
    }

    @Tag("case-7")
    @Test
    void exceptions() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(frames(EVENTS.subList(0, 2)));
        bytes.writeBytes(AwsFrames.exception("modelTimeoutException", "{\"message\":\"too slow\"}"));
        assertEquals("too slow", decoded(bytes.toByteArray(), at -> 10).getLast());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"bytes":"e30="}      | an event without a type
        {"bytes":"W10="}      | an event without a type
        {"p":"x"}             | a chunk without bytes
        {"bytes":7}           | a chunk without bytes
        []                    | a chunk without bytes
        {"bytes":"eyJ0eXBlIjoiYSBcbiJ9"} | a type that is no name
        """)
    void chunksThatHoldNoEvent(String payload, String failure) {
        assertEquals(List.of(failure), decoded(AwsFrames.event("chunk", payload), at -> 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"bytes\":\"!\"}", "{\"bytes\"", "<html>"})
    void chunksThatAreNoJson(String payload) {
        List<String> decoded = decoded(AwsFrames.event("chunk", payload), at -> 10);
        assertEquals(1, decoded.size());
        assertNotNull(decoded.getFirst());
    }

    @Test
    void wholeMessages() throws IOException {
        List<MessageEvent> events = new ArrayList<>();
        InvokeResponseDecoder decoder = new InvokeResponseDecoder("aws", false, events::add);
        byte[] message = "{ \"type\":\"message\",\"content\":[],\"x\":1.50e1 }".getBytes(StandardCharsets.UTF_8);
        decoder.message(message);
        assertEquals(List.of(new RawMessage(message)), events);
        assertTrue(decoder.finished());
        decoder.end();
        assertThrows(IOException.class, () -> new InvokeResponseDecoder("aws", false, events::add)
                .message("[]".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aMessageInPlaceOfAStreamBecomesEvents() throws IOException {
        List<MessageEvent> events = new ArrayList<>();
        new InvokeResponseDecoder("aws", true, events::add)
                .message("{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}".getBytes());
        assertEquals(List.of("message_start", "content_block_start", "content_block_delta", "content_block_stop",
                "message_delta", "message_stop"), events.stream().map(MessageJson::name).toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReplyThatIsNoMessage(boolean stream) {
        InvokeResponseDecoder decoder = new InvokeResponseDecoder("aws", stream, event -> {
            throw new AssertionError("passed for a message");
        });
        ApiException e = assertThrows(ApiException.class, () -> decoder.message("{\"message\":\"no\"}".getBytes()));
        assertEquals(502, e.status());
        assertEquals("provider aws answered with JSON that is no message of the Messages API", e.getMessage());
    }

    @Test
    void anEndWithoutABeginning() {
        assertEquals(List.of("provider aws ended a message that it had not begun"),
                decoded(frames(List.of("{\"type\":\"message_stop\"}")), at -> 50));
    }

    /** The credential is the gateway's: a client that is told its own were wrong would ask its user for another. */
    @ParameterizedTest
    @ValueSource(strings = {"authentication_error", "permission_error"})
    void aRefusalOfTheGatewaysCredential(String type) throws IOException {
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"invalid x-api-key\"}}";
        EventStreamFraming framing = new EventStreamFraming(
                new InvokeResponseDecoder("aws", true,
                        event -> assertEquals("message_start", MessageJson.name(event))));
        byte[] first = frames(List.of(error));
        framing.feed(first, 0, first.length);
        ApiException e = assertThrows(ApiException.class, framing::next);
        assertEquals(502, e.status());
        assertEquals("provider aws refused the gateway's credential", e.getMessage());
        assertEquals(List.of(EVENTS.getFirst(), "provider aws refused the gateway's credential"),
                decoded(frames(List.of(EVENTS.getFirst(), error)), at -> 50));
    }

    @Test
    void anErrorBeforeTheMessageHasItsStatus() throws IOException {
        String error = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";
        EventStreamFraming framing = new EventStreamFraming(new InvokeResponseDecoder("aws", true, event -> {
            throw new AssertionError("passed on");
        }));
        byte[] first = frames(List.of(error));
        framing.feed(first, 0, first.length);
        ApiException e = assertThrows(ApiException.class, framing::next);
        assertEquals(529, e.status());
        assertEquals(error, new String(e.envelope("ours"), StandardCharsets.UTF_8));
    }

    @Test
    void framesOfOtherTypesSayNothing() throws IOException {
        List<MessageEvent> events = new ArrayList<>();
        InvokeResponseDecoder decoder = new InvokeResponseDecoder("aws", true, events::add);
        decoder.event("initial-response", "{}".getBytes(), 0, 2);
        assertEquals(List.of(), events);
    }

    /** The last one counts to most readers, but what Anthropic would refuse is left out of each. */
    @Test
    void fieldsThatStandTwice() {
        assertEquals("{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\","
                + "\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}],\"messages\":[{\"role\":\"assistant\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}],\"content\":["
                + "{\"text\":\"c\",\"type\":\"text\"}]}]}",
                encoded("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
                        + "{\"role\":\"user\",\"content\":\"b\"}],\"messages\":[{\"role\":\"assistant\",\"content\":["
                        + "{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}],\"content\":["
                        + "{\"thinking\":\"t\",\"signature\":\"\",\"type\":\"thinking\"},{\"text\":\"c\",\"type\":\"text\"}]}]}"));
    }

    @Tag("case-4")
    @Test
    void nothingIsLeft() {
        ApiException e = assertThrows(ApiException.class,
                () -> encoded("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"assistant\",\"content\":["
                        + "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"caravan:openai\"}]}]}"));
        assertEquals(400, e.status());
        assertTrue(e.getMessage().startsWith("messages: "), e.getMessage());
    }

    @Test
    void aStringAsLongAsTheApiTakes() {
        String long21 = "x".repeat(21_000_000);
        assertTrue(encoded("{\"model\":\"m\",\"system\":\"" + long21 + "\"" + REST).contains(long21));
    }

    @Test
    void aByteOrderMarkIsLeftOut() {
        assertEquals("{\"anthropic_version\":\"bedrock-2023-05-31\"" + REST, encoded("\uFEFF{\"model\":\"m\"" + REST));
    }
}
