package dev.caravan.fuzz;

import dev.caravan.config.ConfigFuzzTarget;
import dev.caravan.message.RequestFuzzTarget;
import dev.caravan.provider.LineReaderFuzzTarget;
import dev.caravan.provider.anthropic.AnthropicFuzzTarget;
import dev.caravan.provider.exec.ExecFuzzTarget;
import dev.caravan.provider.openai.OpenAiFuzzTarget;
import dev.caravan.sse.SseFuzzTarget;
import java.io.IOException;
import java.util.List;

/** What reads bytes of strangers. Each has a class whose method {@code fuzzerTestOneInput} is also what Jazzer calls. */
enum FuzzTarget {
    SSE(SseFuzzTarget.class, SseFuzzTarget.seeds(), SseFuzzTarget::fuzzerTestOneInput), LINES(
            LineReaderFuzzTarget.class, LineReaderFuzzTarget.seeds(),
            LineReaderFuzzTarget::fuzzerTestOneInput), REQUEST(RequestFuzzTarget.class, RequestFuzzTarget.seeds(),
                    RequestFuzzTarget::fuzzerTestOneInput), CONFIG(ConfigFuzzTarget.class, ConfigFuzzTarget.seeds(),
                            ConfigFuzzTarget::fuzzerTestOneInput), OPENAI(OpenAiFuzzTarget.class,
                                    OpenAiFuzzTarget.seeds(), OpenAiFuzzTarget::fuzzerTestOneInput), ANTHROPIC(
                                            AnthropicFuzzTarget.class, AnthropicFuzzTarget.seeds(),
                                            AnthropicFuzzTarget::fuzzerTestOneInput), EXEC(ExecFuzzTarget.class,
                                                    ExecFuzzTarget.seeds(), ExecFuzzTarget::fuzzerTestOneInput);

    /** Throws when it does not stand the bytes. */
    interface Fuzzer {
        void test(byte[] data) throws IOException;
    }

    private final Class<?> type;
    private final List<String> seeds;
    private final Fuzzer fuzzer;

    FuzzTarget(Class<?> type, List<String> seeds, Fuzzer fuzzer) {
        this.type = type;
        this.seeds = seeds;
        this.fuzzer = fuzzer;
    }

    Class<?> type() {
        return type;
    }

    /** Inputs that are as they should be, to start from. */
    List<String> seeds() {
        return seeds;
    }

    void test(byte[] data) throws IOException {
        fuzzer.test(data);
    }
}
