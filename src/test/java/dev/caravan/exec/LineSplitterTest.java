package dev.caravan.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines are the same however their bytes are cut. */
class LineSplitterTest {
    private final List<String> lines = new ArrayList<>();
    private final LineSplitter splitter = new LineSplitter(10, (buffer, offset, length) -> lines
            .add(new String(buffer, offset, length, StandardCharsets.UTF_8)));

    private void put(String text) throws WorkerFault {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        splitter.put(Arrays.copyOf(bytes, bytes.length + 7), bytes.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 100})
    void wherever(int cut) throws Exception {
        byte[] all = "one\n\na 你🎉\n1234567890\nend".getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < all.length; from += cut) {
            byte[] chunk = Arrays.copyOfRange(all, from, Math.min(all.length, from + cut));
            splitter.put(chunk, chunk.length);
        }
        splitter.end();
        lines.removeIf(String::isEmpty);
        assertEquals(List.of("one", "a 你🎉", "1234567890", "end"), lines);
    }

    @Test
    void oneThatIsTooLongIsToldBeforeItsEnd() throws Exception {
        put("12345");
        assertEquals("sent a line of more than 10 bytes",
                assertThrows(WorkerFault.class, () -> put("678901")).getMessage());
        assertThrows(WorkerFault.class, () -> new LineSplitter(1, (buffer, offset, length) -> {}).put(
                "ab\n".getBytes(StandardCharsets.UTF_8), 3));
    }
}
