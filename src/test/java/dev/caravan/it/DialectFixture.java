package dev.caravan.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/**
 * A provider of one dialect as the tests with real clients have it: what its model says, in the bytes of its wire, and what it finds in
 * a request. All of them say the same, so that a client must see the same behind each: it thinks {@link #THINKING}, says
 * {@link #TEXT} and makes the two {@link #CALLS}; later it answers with any text. Each reply takes {@link #INPUT} tokens in and
 * {@link #OUTPUT} out. They share an upstream, at which each has the beginning of a path of its own.
 */
interface DialectFixture {
    String THINKING = "Two at once.";
    String TEXT = "I do it.";
    List<String> CALLS = List.of("Bash {\"command\":\"echo first\"}", "Read {\"file_path\":\"note.txt\"}");
    int INPUT = 30;
    int OUTPUT = 9;
    /** What the model says before it fails or is cut off. */
    String BEGINNING = "Well,";
    /** What a model that has failed says of it. */
    String FAILURE = "busy, sorry";
    /** What a provider says that has had enough requests. */
    String REFUSAL = "slow down";

    /** All of them, by their names. */
    List<DialectFixture> ALL = List.of(new OpenAiFixture(), new AnthropicFixture(), new GeminiFixture(),
            ConverseFixture.anthropicModel(), ConverseFixture.otherModel(), new InvokeFixture(), new OllamaFixture(),
            new ExecFixture());

    /** Each of them as the argument of a test. */
    static Stream<Named<DialectFixture>> each() {
        return ALL.stream().map(dialect -> Named.of(dialect.name(), dialect));
    }

    /** The one whose path a request to the upstream has. */
    static DialectFixture of(WireRequest request) {
        return ALL.stream().filter(dialect -> request.path().startsWith("/" + dialect.name() + "/")).findFirst()
                .orElseThrow(() -> new AssertionError("nobody's path: " + request.line()));
    }

    /** A gateway with all of them; {@code %s} stands for the upstream's address. */
    static String config(String key) {
        return "keys: [" + key + "]\nproviders:\n"
                + ALL.stream().map(dialect -> "  " + dialect.name() + ": " + dialect.provider() + "\n")
                        .collect(Collectors.joining())
                + "models:\n"
                + ALL.stream().map(dialect -> "  - { match: \"" + dialect.model() + "\", to: \"" + dialect.name() + "/"
                        + dialect.target() + "\" }\n").collect(Collectors.joining());
    }

    /** The provider's name, which is the first part of its path too. */
    String name();

    /** The model that clients ask for. Its name is one that Claude Code takes for a model that it knows. */
    default String model() {
        return "claude-sonnet-4-5-" + name();
    }

    /** The settings of the provider, a flow mapping. */
    String provider();

    /** The provider's own name for the model. */
    String target();

    // -- what comes in

    /** Whether the gateway wants a stream. */
    default boolean streamed(WireRequest request) {
        return Json.read(request.text()).path("stream").asBoolean();
    }

    /** The calls of the model's last turn with calls, and the results behind it. */
    ToolTurn turn(JsonNode request);

    /** Words of Anthropic's that must not be in a request, as nobody else knows them or as they would spoil a cache. */
    default List<String> foreignWords() {
        return List.of("\"cache_control\"", "x-anthropic-billing-header");
    }

    /** What stands in the next request when the provider gets back what its model thought. */
    String thinkingBack();

    // -- what goes out

    /** The content type of a stream. */
    String contentType();

    /** A stream of thinking, text and two calls. */
    byte[] calls();

    /** The same in one piece. */
    String callsAtOnce();

    /** A stream of text, which goes into JSON as it is. */
    byte[] answer(String text);

    /** The same in one piece. */
    String answerAtOnce(String text);

    /** The first part of a stream, which has said {@link #BEGINNING}. */
    byte[] beginning();

    /** Ends a stream that is not complete: to HTTP it looks whole. */
    default void cut(UpstreamCall call) throws IOException {
        call.lastChunk();
    }

    /** What follows it when the model fails in the midst. */
    byte[] failure();

    /** The error type that this failure has in the Messages API. */
    String failureType();

    /** Refuses a request, since there were too many. */
    void refuse(UpstreamCall call) throws IOException;
}
