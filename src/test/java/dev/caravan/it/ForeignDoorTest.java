package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A door that somebody adds with nothing but platform-http, as its documentation has it. */
class ForeignDoorTest extends GatewayTest {

    @BeforeAll
    void addDoor() throws Exception {
        gateway.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/foreign").routeId("foreign").convertBodyTo(String.class)
                        .transform().simple("got ${body}");
                from("platform-http:/streamed?useStreaming=true").routeId("streamed").convertBodyTo(String.class)
                        .transform().simple("got ${body}");
                from("platform-http:/itself?useBodyHandler=false").routeId("itself").process(exchange -> {
                    HttpServerRequest request = exchange.getMessage().getBody(HttpServerRequest.class);
                    CompletableFuture<Buffer> body = request.body().toCompletionStage().toCompletableFuture();
                    request.resume();
                    exchange.getMessage().setBody("got " + body.get(10, TimeUnit.SECONDS));
                });
                from("platform-http:/form").routeId("form").transform().simple("got ${header.a}");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/foreign", "/streamed", "/itself"})
    void getsTheBodiesOfItsRequests(String path) throws IOException {
        try (RawClient client = gateway.connect()) {
            for (String body : new String[]{"one", "two", "three"}) {
                WireReply reply = client.post(path, body).reply();
                assertEquals(200, reply.status());
                assertEquals("got " + body, reply.text());
            }
        }
    }

    @Test
    void getsTheFieldsOfAForm() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send("POST /form HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n"
                    + "content-length: 5\r\n\r\na=one");
            assertEquals("got one", client.reply().text());
        }
    }

    @Test
    void getsABodyThatComesInPieces() throws IOException {
        try (RawClient client = gateway.connect()) {
            client.send("POST /foreign HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc").send("def");
            assertEquals("got abcdef", client.reply().text());
        }
    }
}
