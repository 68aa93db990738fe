package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One client of the tiny model: asks what the model knows by heart and what it has never seen, for streams and whole messages, and
 * often leaves in mid-stream. Each reply is held against what must be answered. Not thread-safe.
 */
final class MlxSoakClient {
    /** What a client does, in {@code weight} of a hundred calls. */
    enum Kind {
        WHOLE(15), STREAM(15), STOP_SEQUENCE(10), THINKING(5), TOOLS(10), WHOLE_TOOLS(10), NEW(20), LEAVES(13), REFUSED(
                2);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        private static Kind of(Random random) {
            int left = random.nextInt(100);
            for (Kind kind : values()) {
                left -= kind.weight;
                if (left < 0) {
                    return kind;
                }
            }
            throw new AssertionError("the weights are less than a hundred");
        }
    }

    private static final String MODEL = "known/trained";
    private static final String WEATHER = "\"tools\":[{\"name\":\"get_weather\",\"description\":\"Tells the weather.\","
            + "\"input_schema\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
            + "\"required\":[\"city\"]}}],";
    private static final String STREAM = "\"stream\":true,";
    /** For an answer on a machine that has other work. */
    static final int PATIENCE_MILLIS = 120_000;

    private final GatewayProcess gateway;
    private final Random random;
    private final int number;
    private final Map<Kind, Integer> made = new EnumMap<>(Kind.class);
    private RawClient connection;

    /** @param number which of the clients this is */
    MlxSoakClient(GatewayProcess gateway, Random random, int number) {
        this.gateway = gateway;
        this.random = random;
        this.number = number;
    }

    /** How many calls of each kind these have made. */
    static String told(List<MlxSoakClient> clients) {
        Map<Kind, Integer> all = new EnumMap<>(Kind.class);
        clients.forEach(client -> client.made.forEach((kind, count) -> all.merge(kind, count, Integer::sum)));
        return all.values().stream().mapToInt(Integer::intValue).sum() + " requests, " + all;
    }

    /** Makes calls one after the other, over one connection as long as it does not leave. */
    void calls(long count) throws IOException {
        try {
            for (long i = 0; i < count; i++) {
                if (connection == null) {
                    connection = gateway.connect();
                    connection.patience(PATIENCE_MILLIS);
                }
                Kind kind = Kind.of(random);
                call(kind, number + "." + made.merge(kind, 1, Integer::sum));
            }
        } finally {
            leave();
        }
    }

    private void leave() throws IOException {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private void call(Kind kind, String name) throws IOException {
        switch (kind) {
            case WHOLE -> assertEquals(MlxModels.ALICE, text(message(ask("Tell me about Alice.", 200, ""))));
            case STREAM -> assertEquals(MlxModels.ALICE, text(stream(ask("Tell me about Alice.", 200, STREAM))));
            case STOP_SEQUENCE -> {
                Said said = stream(ask("Tell me about Alice.", 200, STREAM + "\"stop_sequences\":[\"THE END\"],"));
                assertEquals("THE END", said.stopSequence());
            }
            case THINKING -> {
                Said said = stream(ask("Which rabbit was late?", 1500,
                        STREAM + "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},"));
                assertEquals("The White Rabbit.", text(said));
            }
            case TOOLS -> {
                Said said = stream(ask("What is the weather in Paris and Rome?", 300, STREAM + WEATHER));
                assertEquals("tool_use", said.stopReason());
            }
            case WHOLE_TOOLS -> {
                JsonNode message = message(ask("What is the weather in Paris?", 300, WEATHER));
                assertEquals("Paris", message.at("/content/1/input/city").asText(), message::toString);
            }
            case NEW -> {
                int most = 1 + random.nextInt(12);
                JsonNode message = message(
                        ask("What do you say to " + name + "? " + "Well? ".repeat(random.nextInt(30)),
                                most, "\"temperature\":1,"));
                assertTrue(message.at("/usage/output_tokens").asInt() <= most, message::toString);
            }
            case LEAVES -> leaveInMidStream(ask("Go on for " + name + ".", 1000, STREAM + "\"temperature\":1,"));
            case REFUSED -> assertEquals(400, post(ask("Well? ".repeat(4096), 10, "")).reply().status());
        }
    }

    /** A request for the model. */
    static String ask(String question, int maxTokens, String more) {
        return "{\"model\":\"" + MODEL + "\",\"max_tokens\":" + maxTokens + "," + more
                + "\"messages\":[{\"role\":\"user\",\"content\":\"" + question + "\"}]}";
    }

    private RawClient post(String body) throws IOException {
        return connection.post("/v1/messages", body);
    }

    private JsonNode message(String body) throws IOException {
        WireReply reply = post(body).reply();
        assertEquals(200, reply.status(), reply.text());
        return reply.json();
    }

    private static String text(JsonNode message) {
        return message.at("/content/0/text").asText();
    }

    private Said stream(String body) throws IOException {
        WireReply reply = post(body).head();
        assertEquals(200, reply.status());
        return EventGrammar.wholeStream(
                reply.events().stream().map(event -> new Frame(event.name(), event.data())).toList());
    }

    private static String text(Said said) {
        return said.blocks().getLast().content();
    }

    /** Reads some events and goes, politely or not. */
    private void leaveInMidStream(String body) throws IOException {
        WireReply reply = post(body).head();
        assertEquals(200, reply.status());
        int events = 1 + random.nextInt(20);
        while (events > 0 && reply.event() != null) {
            events--;
        }
        if (random.nextBoolean()) {
            connection.reset();
        }
        leave();
    }
}
