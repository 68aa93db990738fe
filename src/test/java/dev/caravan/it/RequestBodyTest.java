package dev.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However the body of a request arrives, it is the same request. */
class RequestBodyTest extends GatewayTest {

    private static byte[] request(int length) {
        byte[] body = new byte[length];
        Arrays.fill(body, (byte) ' ');
        byte[] json = Wire.request("claude-x").getBytes(UTF_8);
        System.arraycopy(json, 0, body, 0, json.length);
        return body;
    }

    private static byte[] head(int length) {
        return ("POST /v1/messages HTTP/1.1\r\nhost: caravan\r\ncontent-length: " + length + "\r\n\r\n")
                .getBytes(UTF_8);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 8_192, 65_535, 65_536, 65_537, 100_000, 1_000_000})
    void inPieces(int length) throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        byte[] body = request(length);
        byte[] all = join(head(length), body);
        int start = all.length - length;
        try (RawClient client = gateway.connect()) {
            for (int cut : new int[]{1, start - 1, start, start + 1, start + length / 2, all.length - 1}) {
                client.send(Arrays.copyOf(all, cut)).send(Arrays.copyOfRange(all, cut, all.length));
                assertEquals(Wire.MESSAGE, client.reply().text(), () -> "cut at " + cut);
                assertArrayEquals(body, upstream.calls().getLast().request().body(), () -> "cut at " + cut);
            }
        }
    }

    @Test
    void byteByByte() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        byte[] body = request(200);
        try (RawClient client = gateway.connect()) {
            for (byte b : join(head(body.length), body)) {
                client.send(new byte[]{b});
            }
            assertEquals(Wire.MESSAGE, client.reply().text());
        }
        assertArrayEquals(body, upstream.call().request().body());
    }

    @Test
    void aConnectionStaysOpenAfterItsBodiesWereRead() throws IOException {
        upstream.script(call -> call.json(Wire.MESSAGE));
        try (RawClient client = gateway.connect()) {
            assertEquals(200, client.post("/v1/messages", request(300)).reply().status());
            assertEquals(404, client.post("/v1/nothing", request(300)).reply().status());
            assertEquals(400, client.post("/v1/messages", "{").reply().status());
            client.patience(5_500); // a client that would not finish its body is cut off before that
            assertThrows(SocketTimeoutException.class, client::closedByServer);
            client.patience(30_000);
            assertEquals(200, client.post("/v1/messages", request(300)).reply().status());
        }
    }
}
