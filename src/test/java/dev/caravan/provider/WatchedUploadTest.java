package dev.caravan.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.junit.jupiter.api.Test;

/** A long request is silent only where the provider takes in nothing of it. */
class WatchedUploadTest {
    private final List<Integer> sent = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void upload(byte[] bytes) throws IOException {
        WatchedUpload upload = new WatchedUpload(new ByteArrayEntity(bytes, ContentType.APPLICATION_JSON),
                () -> sent.add(out.size()));
        assertEquals(bytes.length, upload.getContentLength());
        upload.writeTo(out);
    }

    @Test
    void eachPieceIsASignOfLife() throws IOException {
        byte[] bytes = new byte[200_000];
        new Random(1).nextBytes(bytes);
        upload(bytes);
        assertArrayEquals(bytes, out.toByteArray());
        assertEquals(List.of(0, 65_536, 131_072, 196_608, 200_000), sent);
    }

    @Test
    void aShortOneIsOnePiece() throws IOException {
        upload(new byte[]{'{', '}'});
        assertArrayEquals(new byte[]{'{', '}'}, out.toByteArray());
        assertEquals(List.of(0, 2), sent);
    }
}
