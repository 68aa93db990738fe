package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.testkit.AwsFrames;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bedrock sends nothing while a model thinks; the client hears from Caravan then. */
@Tag("case-14")
class BedrockKeepAliveTest extends GatewayTest {
    @Override
    protected String config() {
        return """
            providers:
              aws: { dialect: bedrock, region: eu-west-1, base-url: "%s", api-key: upstream-key-0123456789 }
            """;
    }

    @Override
    protected Map<String, String> properties() {
        return Map.of("caravan.keep-alive.first", "300ms", "caravan.keep-alive.every", "200ms");
    }

    private static UpstreamCall head(UpstreamCall call) throws IOException {
        return call.send("HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
                + "transfer-encoding: chunked\r\n\r\n");
    }

    @Test
    void aModelOfConverseThatThinks() throws IOException {
        CountDownLatch thought = new CountDownLatch(1);
        upstream.script(call -> head(call).chunk(AwsFrames.stream("messageStart {\"role\":\"assistant\"}"))
                .await(thought)
                .chunk(AwsFrames.stream("contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"a\"}}\n"
                        + "messageStop {\"stopReason\":\"end_turn\"}"))
                .lastChunk());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("aws/amazon.nova-v1:0")).head();
            assertEquals("message_start", reply.event().name());
            assertEquals("ping", reply.event().name());
            assertEquals("ping", reply.event().name());
            thought.countDown();
            List<WireEvent> rest = reply.events();
            assertEquals(0, rest.stream().filter(event -> event.name().equals("message_start")).count());
            assertEquals("message_stop", rest.getLast().name());
        }
    }

    @Test
    void anAnthropicModelThatThinks() throws IOException {
        CountDownLatch thought = new CountDownLatch(1);
        CountDownLatch further = new CountDownLatch(1);
        upstream.script(call -> head(call).await(thought).chunk(AwsFrames.chunk(Wire.MESSAGE_START)).await(further)
                .chunk(AwsFrames.chunk(Wire.MESSAGE_DELTA)).chunk(AwsFrames.chunk(Wire.MESSAGE_STOP)).lastChunk());
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("aws/anthropic.claude-v1:0")).head();
            assertTrue(reply.event().isComment());
            assertTrue(reply.event().isComment());
            thought.countDown();
            WireEvent event = reply.event();
            while (event.isComment()) {
                event = reply.event();
            }
            assertEquals(Wire.MESSAGE_START, event.data());
            assertEquals("ping", reply.event().name());
            further.countDown();
            assertEquals(Wire.MESSAGE_STOP, reply.events().getLast().data());
        }
    }
}
