package dev.caravan.provider.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.config.MediaFetch.Type;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What was fetched is what its bytes say")
class MediaSourceTest {
    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String source(Type block, byte[] bytes, String contentType) throws FetchFailure {
        return new String(MediaSource.of(block, bytes, contentType), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({"IMAGE, '\u0089PNG\r\n\u001a\nrest', image/png", "IMAGE, '\u00ff\u00d8\u00ff\u00e0rest', image/jpeg",
            "IMAGE, GIF87a.., image/gif", "IMAGE, GIF89a.., image/gif", "IMAGE, RIFF....WEBPVP8 , image/webp",
            "DOCUMENT, %PDF-1.7 rest, application/pdf"})
    void byMagicWhateverTheServerSays(Type block, String bytes, String mediaType) throws FetchFailure {
        String data = Base64.getEncoder().encodeToString(latin1(bytes));
        String expected = "{\"type\":\"base64\",\"media_type\":\"" + mediaType + "\",\"data\":\"" + data + "\"}";
        for (String header : new String[]{"", mediaType, "text/html", "text/plain; charset=utf-8"}) {
            assertEquals(expected, source(block, latin1(bytes), header));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u0089PNG\r\n", "\u00ff\u00d8", "GIF88a", "RIFF....WAVEfmt ", "RIFF....WEBP",
            "BM......",
            "<svg/>", "<html>", "%PDF-1.7", "\u001f\u008b\u0008", "II*\u0000", "....ftypavif"})
    void noImage(String bytes) {
        assertEquals("what is there is no image of type image/png, image/jpeg, image/gif or image/webp",
                assertThrows(FetchFailure.class, () -> source(Type.IMAGE, latin1(bytes), "image/png")).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "Text/Plain; charset=UTF-8", "text/plain;charset=\"us-ascii\"",
            "text/plain; format=flowed"})
    void plainText(String header) throws FetchFailure {
        assertEquals("{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"a \\\"b\\\"\\n\\té\"}",
                source(Type.DOCUMENT, "a \"b\"\n\té".getBytes(StandardCharsets.UTF_8), header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/html", "application/json", "text/plain; charset=iso-8859-1", "text/plainer"})
    void textThatIsNotCalledSo(String header) {
        assertNoDocument("just text", header);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0000b", "\u001b[31m", "\u00ff\u00fe", "\u00c3"})
    void whatIsCalledTextAndIsNone(String bytes) {
        assertNoDocument(bytes, "text/plain");
    }

    @Test
    void anImageIsNoDocument() {
        assertNoDocument("GIF89a\u0001\u0002", "image/gif");
    }

    private static void assertNoDocument(String bytes, String header) {
        assertEquals("what is there is no document of type application/pdf or text/plain",
                assertThrows(FetchFailure.class, () -> source(Type.DOCUMENT, latin1(bytes), header)).getMessage());
    }
}
