package dev.caravan.provider.openai;

import dev.caravan.config.OpenAiOptions;
import dev.caravan.message.ApiException;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.MessageEvent;
import dev.caravan.message.MessageJson;
import dev.caravan.provider.ToolNames;
import dev.caravan.testkit.LongRun;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes a provider sends: the decoder answers with events that keep the grammar or with an {@link ApiException}, and
 * every event can be written.
 */
class OpenAiFuzzTest {
    private static final List<String> SEEDS = List.of("D {\"role\":\"assistant\",\"content\":\"\"}",
            "D {\"content\":\"Hello \\u00fc\\ud83c\\udf89\"}",
            "D {\"content\":\" there\",\"reasoning\":\"hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\"}]}",
            "D {\"reasoning_content\":\"think\",\"content\":null}",
            "D {\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"t\"}]},{\"type\":\"text\",\"text\":\"x\"}]}",
            "D {\"tool_calls\":[{\"index\":0,\"id\":\"call_A\",\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}]}",
            "D {\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\":[1,\"}}]}",
            "D {\"tool_calls\":[{\"index\":1,\"id\":\"call_B\",\"type\":\"function\",\"function\":{\"name\":\"b\",\"arguments\":\"{}\"}}]}",
            "D {\"tool_calls\":[{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"\",\"arguments\":\"2]}\"}}]}",
            "D {\"tool_calls\":[{\"id\":\"call.C:1\",\"function\":{\"name\":\"c\",\"arguments\":{\"y\":{}}}}]}",
            "D {\"refusal\":\"no\"}", "D {\"function_call\":{\"name\":\"f\",\"arguments\":\"{\\\"z\\\":1}\"}}",
            "F stop", "F tool_calls", "F error",
            "U {\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18,\"prompt_tokens_details\":{\"cached_tokens\":4}}",
            "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":1}}],\"x_groq\":{\"usage\":null}}",
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"whole\",\"tool_calls\":[{\"id\":\"q\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"stop\"}]}",
            "{\"error\":{\"message\":\"x\",\"code\":\"429\"},\"choices\":[]}",
            "{\"object\":\"error\",\"message\":\"y\",\"code\":503}", "[DONE]");
    private static final List<OpenAiOptions> OPTIONS = List.of(OpenAiOptions.DEFAULT, Decoded.ACCEPTING,
            Encoded.provider("preset: openrouter").options());
    private static final byte[] TOKENS = "{}[]\",:\\0123456789-.eEtruefalsn\u0000\u0001 \n"
            .getBytes(StandardCharsets.UTF_8);
    private static final ToolNames NAMES = ToolNames
            .of(Encoded.decoded(
                    "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"));

    @Test
    void brokenStreams() {
        for (long seed = 1; seed <= 5_000; seed++) {
            stream(seed);
        }
    }

    @Test
    @Tag("long")
    void manyBrokenStreams() {
        LongRun.fuzz("openai streams", OpenAiFuzzTest::stream);
    }

    private static void stream(long seed) {
        Random random = new Random(seed);
        List<MessageEvent> events = new ArrayList<>();
        OpenAiResponseDecoder decoder = new OpenAiResponseDecoder(events::add, Decoded.OPENING, NAMES,
                OPTIONS.get(random.nextInt(OPTIONS.size())));
        boolean whole = false;
        try {
            if (random.nextInt(8) == 0) {
                decoder.message(chunk(random));
            } else {
                for (int n = random.nextInt(20); n >= 0; n--) {
                    byte[] data = chunk(random);
                    decoder.event(random.nextInt(50) == 0 ? "error" : "message", data, 0, data.length);
                }
                decoder.end();
            }
            whole = true;
        } catch (ApiException e) {
            // what a provider may cause
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
        try {
            if (whole) {
                EventGrammar.check(events);
            } else {
                EventGrammar.checkCutOff(events);
            }
            events.forEach(MessageJson::data);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private static byte[] chunk(Random random) {
        byte[] data = Decoded.chunk(SEEDS.get(random.nextInt(SEEDS.size()))).getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(3) > 0) {
            return data;
        }
        for (int n = 1 + random.nextInt(3); n > 0 && data.length > 1; n--) {
            int at = random.nextInt(data.length);
            switch (random.nextInt(5)) {
                case 0 -> data[at] = (byte) random.nextInt(256);
                case 1 -> data[at] = TOKENS[random.nextInt(TOKENS.length)];
                case 2 -> data = splice(data, 0, at, data.length, data.length);
                case 3 -> data = splice(data, 0, at, Math.min(data.length, at + 1 + random.nextInt(8)), data.length);
                default -> data = splice(data, 0, at, Math.max(0, at - random.nextInt(20)), data.length);
            }
        }
        return data;
    }

    /** Two parts of an array, the one behind the other: a part left out, or a part twice. */
    private static byte[] splice(byte[] data, int from, int to, int from2, int to2) {
        byte[] spliced = new byte[to - from + to2 - from2];
        System.arraycopy(data, from, spliced, 0, to - from);
        System.arraycopy(data, from2, spliced, to - from, to2 - from2);
        return spliced;
    }
}
