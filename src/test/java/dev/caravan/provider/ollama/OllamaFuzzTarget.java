package dev.caravan.provider.ollama;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.provider.AnyReply;
import java.util.List;
import java.util.stream.Stream;

/** Any bytes as what Ollama answers, as lines and as one reply: events that keep the grammar, to their end or to an error. */
public final class OllamaFuzzTarget {
    private OllamaFuzzTarget() {}

    public static List<byte[]> seeds() {
        return Stream
                .of(OllamaStreamTest.line("\"content\":\"\",\"thinking\":\"hm\"")
                        + OllamaStreamTest.line("\"content\":\"Grüße \\ud83d\\ude00\"") + OllamaStreamTest.done("stop"),
                        OllamaStreamTest.line(
                                "\"content\":\"\",\"tool_calls\":[{\"id\":\"c.1\",\"function\":{\"index\":0,\"name\":\"f\","
                                        + "\"arguments\":{\"a\":[1,{\"b\":null}]}}},{\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]")
                                + "\n" + OllamaStreamTest.done("length"),
                        OllamaStreamTest.line("\"content\":\"a\"") + "{\"error\":\"unexpected EOF\"}\n",
                        "{\"error\":{\"message\":\"x\"}}", OllamaStreamTest.done("load"))
                .map(stream -> stream.getBytes(UTF_8)).toList();
    }

    public static void fuzzerTestOneInput(byte[] data) {
        AnyReply.checked(data, AnyReply.LINES, out -> new OllamaResponseDecoder(out, OllamaStreamTest.OPENING))
                .endsBy(data, "done");
        AnyReply.checked(data, AnyReply.ONE_JSON, out -> new OllamaResponseDecoder(out, OllamaStreamTest.OPENING))
                .endsBy(data, "done");
    }
}
