package dev.caravan.provider.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.ContentBlock.Text;
import dev.caravan.message.MessageAccumulator;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageEvent.MessageStart;
import dev.caravan.message.RequestDecoder;
import dev.caravan.message.Usage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Characters beyond 16 bits on their way to a process and back. */
class ExecCharactersTest {
    @ParameterizedTest
    @CsvSource({"🎉,🎉", "\\ud83c\\udf89,🎉", "\\uD83C\\uDF89é\\u00e9,🎉éé", "👩‍👩‍👧,👩‍👩‍👧",
            "a😀b\\ud83d\\ude00c,a😀b😀c", "𝒜\\\\ud83c,𝒜\\\\ud83c"})
    void aProcessReadsThemAsUtf8(String sent, String read) {
        byte[] line = ExecRequestEncoder.encode(RequestDecoder.decode("""
            {"model":"m","max_tokens":1,"system":"%1$s","messages":[{"role":"user","content":"%1$s"}]}"""
                .formatted(sent)
                .getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01), "msg_1", new Call.Target("home", "m"),
                null);
        assertEquals("""
            {"type":"generate","id":"msg_1","model":"m","system":[{"type":"text","text":"%1$s"}],\
            "messages":[{"role":"user","content":[{"type":"text","text":"%1$s"}]}],"max_tokens":1,"stream":false}
            """.formatted(read), new String(line, StandardCharsets.UTF_8));
    }

    /** Wherever in the writer's buffers they come to stand. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aLongTextToo(int before) {
        String text = "x".repeat(before) + "🎉".repeat(30_000);
        byte[] line = ExecRequestEncoder.encode(RequestDecoder.decode("""
            {"model":"m","max_tokens":1,"messages":[{"role":"user","content":"%s"}]}""".formatted(text)
                .getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01), "msg_1", new Call.Target("home", "m"),
                null);
        assertEquals(List.of(new Text(text)), RequestDecoder.decode(line, ApiVersion.V2023_06_01).messages().getFirst()
                .content());
        assertTrue(line.length < 4 * 31_000, "no more than one in many is escaped");
    }

    /** As they are, escaped, in halves on two lines, and each of these cut anywhere between two bytes. */
    @ParameterizedTest
    @CsvSource({"{\"text\":\"a🎉b\"},a🎉b", "{\"text\":\"a\\ud83c\\udf89b\"},a🎉b",
            "{\"text\":\"a\\uD83C\"}~{\"text\":\"\\uDF89b\"},a🎉b",
            "{\"text\":\"🎉\"}~{\"text\":\"👩‍👩‍👧\"},🎉👩‍👩‍👧",
            "{\"text\":\"\\ud83c\"}~{\"text\":\"x\"},\uFFFDx", "{\"text\":\"x\\udf89\"},x\uFFFD",
            "{\"text\":\"x\\ud83c\"},x\uFFFD"})
    void aProcessMayWriteThemInAnyWay(String lines, String text) {
        byte[] output = lines.replace('~', '\n').concat("\n").getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= output.length; cut++) {
            InputStream chunks = new SequenceInputStream(Collections
                    .enumeration(List.of(new ByteArrayInputStream(output, 0, cut),
                            new ByteArrayInputStream(output, cut, output.length - cut))));
            MessageAccumulator message = new MessageAccumulator();
            try (ExecEventStream events = new ExecEventStream(chunks, "demo", 1_000,
                    new MessageStart("msg_1", "m", Usage.of(1, 1)))) {
                while (events.hasNext()) {
                    MessageEvent event = events.next();
                    if (event != null) {
                        message.add(event);
                    }
                }
            }
            assertEquals("[{\"type\":\"text\",\"text\":\"" + text + "\"}]",
                    new String(message.json(), StandardCharsets.UTF_8).replaceFirst(".*\"content\":(\\[.*?]),.*", "$1"),
                    "cut at " + cut);
        }
    }
}
