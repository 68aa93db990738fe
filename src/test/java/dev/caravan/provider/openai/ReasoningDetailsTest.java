package dev.caravan.provider.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenRouter's encrypted reasoning that comes without a text, to the client and back. */
class ReasoningDetailsTest {
    private static final String ENCRYPTED = "{\"type\":\"reasoning.encrypted\",\"data\":\"gAAA\",\"id\":\"rs_1\","
            + "\"format\":\"openai-responses-v1\",\"index\":0}";

    /** The message's content; {@code E} stands for a chunk with encrypted reasoning and nothing else, {@code C} for one with a call. */
    private static String content(String stream) {
        String chunks = stream.replace("E\n", "D {\"reasoning\":null,\"reasoning_details\":[" + ENCRYPTED + "]}\n")
                .replace("C\n",
                        "D {\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]}\n");
        String message = Decoded.stream(chunks + "F stop\n[DONE]", Encoded.provider("preset: openrouter").options(),
                Decoded.NO_NAMES).message();
        return message.substring(message.indexOf("\"content\":") + 10, message.indexOf(",\"stop_reason\""));
    }

    @Tag("case-4")
    @ParameterizedTest
    @DisplayName("case 4, OpenRouter: encrypted reasoning without a text comes back, before an answer and around calls")
    @ValueSource(strings = {"E\nD {\"content\":\"x\"}\n", "D {\"content\":\"x\"}\nE\nC\n",
            "D {\"content\":\"x\"}\nC\nE\n"})
    void comesBack(String stream) {
        String content = content(stream);
        assertTrue(content.contains("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"caravan:openai:"),
                content);
        String encoded = Encoded.messages("[{\"role\":\"assistant\",\"content\":" + content + "}]",
                PresetRequestsTest.preset("openrouter"));
        assertTrue(encoded.startsWith(
                "[{\"role\":\"assistant\",\"content\":\"x\",\"reasoning_details\":[" + ENCRYPTED + "]"), encoded);
    }

    @Tag("case-4")
    @Test
    @DisplayName("case 4, OpenRouter: behind the answer no block is begun, since clients take the last one for it")
    void behindTheAnswer() {
        assertEquals("[{\"type\":\"text\",\"text\":\"x\"}]", content("D {\"content\":\"x\"}\nE\n"));
    }
}
