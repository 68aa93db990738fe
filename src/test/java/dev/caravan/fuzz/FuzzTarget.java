package dev.caravan.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.caravan.chatcompletions.ChatRequestFuzzTarget;
import dev.caravan.chatcompletions.ChunkFuzzTarget;
import dev.caravan.config.ConfigFuzzTarget;
import dev.caravan.message.RequestFuzzTarget;
import dev.caravan.provider.LineReaderFuzzTarget;
import dev.caravan.provider.anthropic.AnthropicFuzzTarget;
import dev.caravan.provider.bedrock.BedrockFuzzTarget;
import dev.caravan.provider.exec.ExecFuzzTarget;
import dev.caravan.provider.gemini.GeminiFuzzTarget;
import dev.caravan.provider.media.MediaUrlFuzzTarget;
import dev.caravan.provider.ollama.OllamaFuzzTarget;
import dev.caravan.provider.openai.OpenAiFuzzTarget;
import dev.caravan.queue.batch.BatchFuzzTarget;
import dev.caravan.sse.SseFuzzTarget;
import java.io.IOException;
import java.util.List;

/** What reads bytes of strangers. Each has a class whose method {@code fuzzerTestOneInput} is also what Jazzer calls. */
enum FuzzTarget {
    SSE, LINES, REQUEST, CONFIG, OPENAI, ANTHROPIC, EXEC, GEMINI, BEDROCK, OLLAMA, CHAT_REQUEST, CHUNKS, MEDIA_URL, BATCH;

    Class<?> type() {
        return switch (this) {
            case SSE -> SseFuzzTarget.class;
            case LINES -> LineReaderFuzzTarget.class;
            case REQUEST -> RequestFuzzTarget.class;
            case CONFIG -> ConfigFuzzTarget.class;
            case OPENAI -> OpenAiFuzzTarget.class;
            case ANTHROPIC -> AnthropicFuzzTarget.class;
            case EXEC -> ExecFuzzTarget.class;
            case GEMINI -> GeminiFuzzTarget.class;
            case BEDROCK -> BedrockFuzzTarget.class;
            case OLLAMA -> OllamaFuzzTarget.class;
            case CHAT_REQUEST -> ChatRequestFuzzTarget.class;
            case CHUNKS -> ChunkFuzzTarget.class;
            case MEDIA_URL -> MediaUrlFuzzTarget.class;
            case BATCH -> BatchFuzzTarget.class;
        };
    }

    /** Inputs that are as they should be, to start from. */
    List<byte[]> seeds() {
        return switch (this) {
            case SSE -> utf8(SseFuzzTarget.seeds());
            case LINES -> utf8(LineReaderFuzzTarget.seeds());
            case REQUEST -> utf8(RequestFuzzTarget.seeds());
            case CONFIG -> utf8(ConfigFuzzTarget.seeds());
            case OPENAI -> utf8(OpenAiFuzzTarget.seeds());
            case ANTHROPIC -> utf8(AnthropicFuzzTarget.seeds());
            case EXEC -> utf8(ExecFuzzTarget.seeds());
            case GEMINI -> GeminiFuzzTarget.seeds();
            case BEDROCK -> BedrockFuzzTarget.seeds();
            case OLLAMA -> OllamaFuzzTarget.seeds();
            case CHAT_REQUEST -> ChatRequestFuzzTarget.seeds();
            case CHUNKS -> ChunkFuzzTarget.seeds();
            case MEDIA_URL -> MediaUrlFuzzTarget.seeds();
            case BATCH -> utf8(BatchFuzzTarget.seeds());
        };
    }

    /** Throws when it does not stand the bytes. */
    void test(byte[] data) throws IOException {
        switch (this) {
            case SSE -> SseFuzzTarget.fuzzerTestOneInput(data);
            case LINES -> LineReaderFuzzTarget.fuzzerTestOneInput(data);
            case REQUEST -> RequestFuzzTarget.fuzzerTestOneInput(data);
            case CONFIG -> ConfigFuzzTarget.fuzzerTestOneInput(data);
            case OPENAI -> OpenAiFuzzTarget.fuzzerTestOneInput(data);
            case ANTHROPIC -> AnthropicFuzzTarget.fuzzerTestOneInput(data);
            case EXEC -> ExecFuzzTarget.fuzzerTestOneInput(data);
            case GEMINI -> GeminiFuzzTarget.fuzzerTestOneInput(data);
            case BEDROCK -> BedrockFuzzTarget.fuzzerTestOneInput(data);
            case OLLAMA -> OllamaFuzzTarget.fuzzerTestOneInput(data);
            case CHAT_REQUEST -> ChatRequestFuzzTarget.fuzzerTestOneInput(data);
            case CHUNKS -> ChunkFuzzTarget.fuzzerTestOneInput(data);
            case MEDIA_URL -> MediaUrlFuzzTarget.fuzzerTestOneInput(data);
            case BATCH -> BatchFuzzTarget.fuzzerTestOneInput(data);
        }
    }

    private static List<byte[]> utf8(List<String> seeds) {
        return seeds.stream().map(seed -> seed.getBytes(UTF_8)).toList();
    }
}
