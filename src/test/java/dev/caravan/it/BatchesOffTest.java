package dev.caravan.it;

import static dev.caravan.it.BatchClient.error;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A gateway whose caravan.yaml has no {@code queue:}. */
class BatchesOffTest extends GatewayTest {
    private static final String KEY = "client-key-0123456789";

    @Override
    protected String config() {
        return "keys: [" + KEY + "]\n" + super.config();
    }

    @ParameterizedTest
    @CsvSource({"POST, /v1/messages/batches", "GET, /v1/messages/batches?limit=1",
            "GET, /v1/messages/batches/msgbatch_1",
            "GET, /v1/messages/batches/msgbatch_1/results", "DELETE, /v1/messages/batches/msgbatch_1",
            "GET, /admin/queues", "POST, /admin/drain"})
    void whatTurnsBatchesOnIsSaid(String method, String path) throws IOException {
        BatchClient client = new BatchClient(gateway.port(), KEY);
        assertEquals(
                "batches and queued work are off; a line `queue: {}` in caravan.yaml turns them on, at the next start",
                error(client.ask(method, path), 404, "not_found_error").path("message").asText());
        try (RawClient stranger = gateway.connect()) {
            error(stranger.request(method, path).reply(), 401, "authentication_error");
        }
    }
}
