package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.exec.NothingLeftBehind;
import dev.caravan.message.EventGrammar;
import dev.caravan.message.EventGrammar.Block;
import dev.caravan.message.EventGrammar.Frame;
import dev.caravan.message.EventGrammar.Said;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway with the MLX worker behind it: real mlx-lm, real weights though few, over HTTP. */
@DisplayName("MLX")
@Timeout(300)
class MlxIT {
    private static final String ALICE = MlxModels.ALICE;
    private static final String WEATHER = "{\"name\":\"get_weather\",\"description\":\"Tells the weather.\",\"input_schema\":"
            + "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}}";
    private static final int LONG = 60_000;
    private static final int PATIENCE = 120_000;
    private static final int MANY = 100;

    private static MlxModels models;

    @TempDir
    private Path directory;
    private GatewayUnderTest gateway;

    @BeforeAll
    static void makeModels() throws Exception {
        models = MlxModels.make();
    }

    @BeforeEach
    void start() {
        start("");
    }

    private void start(String head) {
        gateway = GatewayUnderTest.start(config(head));
    }

    private static String config(String head) {
        String providers = models.provider("known", models.trained(), "{ min: 0, queue: 200 }")
                + models.provider("noise", models.random(), "{ min: 0, concurrency: 1 }");
        return head + "providers:\n" + providers.indent(2);
    }

    @AfterEach
    void stop() {
        gateway.close();
        Patience.await("no process is left").until(() -> workers().isEmpty());
    }

    private static List<ProcessHandle> workers() {
        return ProcessHandle.current().descendants().filter(NothingLeftBehind::runs).toList();
    }

    private static String request(String model, String question, int maxTokens, String more) {
        return "{\"model\":\"" + model + "\",\"max_tokens\":" + maxTokens + ",\"temperature\":0," + more
                + "\"messages\":[{\"role\":\"user\",\"content\":\"" + question + "\"}]}";
    }

    private static String alice(String more) {
        return request("known/trained", "Tell me about Alice.", 200, more);
    }

    private JsonNode whole(String body) throws IOException {
        try (RawClient client = gateway.connect()) {
            client.patience(PATIENCE);
            WireReply reply = client.post("/v1/messages", body).reply();
            assertEquals(200, reply.status(), reply.text());
            return reply.json();
        }
    }

    private static String text(JsonNode message) {
        return message.at("/content/0/text").asText();
    }

    private Said stream(String body) throws IOException {
        try (RawClient client = gateway.connect()) {
            client.patience(PATIENCE);
            return EventGrammar.wholeStream(frames(client.post("/v1/messages", body).head().events()));
        }
    }

    private static List<Frame> frames(List<WireEvent> events) {
        return events.stream().map(event -> new Frame(event.name(), event.data())).toList();
    }

    /** A stream of the model that goes on for minutes, of which something has come. */
    private static WireReply begin(RawClient client, List<WireEvent> events) throws IOException {
        client.patience(PATIENCE);
        WireReply reply = client.post("/v1/messages", request("noise/random", "Go on.", LONG, "\"stream\":true,"))
                .head();
        while (events.isEmpty() || !events.getLast().name().equals("content_block_delta")) {
            events.add(reply.event());
        }
        return reply;
    }

    @Test
    void streamsWhatTheModelSays() throws Exception {
        Said said = stream(alice("\"stream\":true,"));
        assertEquals(List.of(Block.text(ALICE)), said.blocks());
        assertEquals("end_turn", said.stopReason());
        JsonNode message = whole(alice(""));
        assertEquals(ALICE, text(message));
        assertEquals(said.end().at("/usage/output_tokens"), message.at("/usage/output_tokens"));
        assertTrue(message.at("/usage/output_tokens").asInt() > 20, message.toString());
    }

    @Test
    void endsBeforeAStopSequenceThatLiesAcrossTokens() throws Exception {
        Said said = stream(alice("\"stream\":true,\"stop_sequences\":[\"no such\",\"THE END\"],"));
        assertEquals(ALICE.substring(0, ALICE.indexOf("THE END")), said.blocks().getFirst().content());
        assertEquals("stop_sequence", said.stopReason());
        assertEquals("THE END", said.stopSequence());
    }

    @Test
    void thinksWhereThatIsWanted() throws Exception {
        String question = request("known/trained", "Which rabbit was late?", 1500,
                "\"stream\":true,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},")
                .replace("\"temperature\":0,",
                        "");
        Said said = stream(question);
        assertEquals(List.of("thinking", "text"), said.blocks().stream().map(Block::type).toList());
        assertEquals("The user asks which rabbit was late. It was the white one.",
                said.blocks().getFirst().content().strip());
        assertEquals("The White Rabbit.", said.blocks().getLast().content());
    }

    @Test
    void callsTools() throws Exception {
        String question = request("known/trained", "What is the weather in Paris and Rome?", 300,
                "\"stream\":true,\"tools\":[" + WEATHER + "],");
        Said said = stream(question);
        List<Block> calls = said.blocks().stream().filter(block -> block.type().equals("tool_use")).toList();
        assertEquals(List.of("Paris", "Rome"),
                calls.stream().map(call -> Json.read(call.content()).path("city").asText()).toList());
        assertEquals("tool_use", said.stopReason());
    }

    @Test
    void anSdkPutsTogetherWhatWasStreamed() {
        AnthropicClient client = JavaSdk.client(gateway, "any");
        try {
            MessageCreateParams question = MessageCreateParams.builder().model("known/trained").maxTokens(300)
                    .addUserMessage("What is the weather in Paris?").addTool(JavaSdk.tool("get_weather", "city"))
                    .build();
            Message call = JavaSdk.stream(client, question);
            assertEquals("Let me look.", JavaSdk.text(call).strip());
            assertEquals(StopReason.TOOL_USE, call.stopReason().orElseThrow());
            ToolUseBlock tool = call.content().getLast().asToolUse();
            assertEquals("get_weather", tool.name());
            Message answer = JavaSdk.stream(client, question.toBuilder().maxTokens(8).addMessage(call)
                    .addUserMessageOfContentBlockParams(List.of(ContentBlockParam.ofToolResult(
                            ToolResultBlockParam.builder().toolUseId(tool.id()).content("sunny").build())))
                    .build());
            assertTrue(answer.usage().cacheReadInputTokens().orElse(0L) > 0, answer.usage().toString());
        } finally {
            client.close();
        }
    }

    /** Its own prompt is longer than the context of so small a model, and so is replaced. */
    @Test
    void claudeCodeHasAnAnswer() throws Exception {
        NodeModules.assumeInstalled();
        JsonNode result = ClaudeCode.success(new ClaudeCode(gateway, directory).run("ANTHROPIC_AUTH_TOKEN",
                "known/trained", "Tell me about Alice.", "--output-format", "json", "--system-prompt", "Be brief.",
                "--tools", ""));
        assertTrue(result.at("/usage/output_tokens").asInt() > 0, result.toString());
        assertTrue(result.at("/usage/input_tokens").asInt() < 4096, result.toString());
    }

    @Test
    void theNextTurnReadsOnlyWhatIsNew() throws Exception {
        String question = "Tell me about Alice. ".repeat(40);
        JsonNode first = whole(request("noise/random", question, 20, ""));
        int prompt = first.at("/usage/input_tokens").asInt();
        assertTrue(prompt > question.length(), first.toString());
        String turn = request("noise/random", question, 20, "").replaceFirst("]}$",
                ",{\"role\":\"assistant\",\"content\":\"So be it.\"},{\"role\":\"user\",\"content\":\"And then?\"}]}");
        JsonNode second = whole(turn);
        assertTrue(second.at("/usage/cache_read_input_tokens").asInt() >= question.length(), second.toString());
        assertTrue(second.at("/usage/input_tokens").asInt() < 200, second.toString());
    }

    @Test
    void aSeedMakesChanceRepeatable() throws Exception {
        List<String> answers = new ArrayList<>();
        for (int seed : List.of(5, 5, 6)) {
            answers.add(text(whole(request("noise/random", "Say.", 40, "\"seed\":" + seed + ",").replace(
                    "\"temperature\":0,", "\"temperature\":1,"))));
        }
        assertEquals(answers.get(0), answers.get(1));
        assertNotEquals(answers.get(1), answers.get(2));
    }

    @Test
    void whatIsTooLongIsToldInTheApisWords() throws Exception {
        try (RawClient client = gateway.connect()) {
            client.patience(PATIENCE);
            String body = request("known/trained", "On and on. ".repeat(4096), 20, "");
            WireReply reply = client.post("/v1/messages", body).reply();
            assertEquals(400, reply.status(), reply.text());
            assertEquals("invalid_request_error", reply.json().at("/error/type").asText());
            String message = reply.json().at("/error/message").asText();
            assertTrue(message.matches(".*prompt is too long: \\d+ tokens > 4096 maximum.*"), message);
        }
    }

    /** The model answers one request at a time: if it went on with the first, the second would wait for minutes. */
    @Test
    void whoLeavesIsNotAnsweredFurther() throws Exception {
        try (RawClient client = gateway.connect()) {
            begin(client, new ArrayList<>());
        }
        List<ProcessHandle> worker = workers();
        assertEquals(8, whole(request("noise/random", "Say.", 8, "")).at("/usage/output_tokens").asInt());
        assertEquals(worker, workers());
        gateway.awaitIdle();
    }

    @Test
    void aHundredAtOnceAreAllAnswered() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                RawClient client = gateway.connect();
                client.patience(PATIENCE);
                clients.add(client);
                client.post("/v1/messages", alice("\"stream\":true,"));
            }
            for (RawClient client : clients) {
                assertEquals(ALICE,
                        EventGrammar.wholeStream(frames(client.head().events())).blocks().getFirst().content());
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aKilledWorkerFailsItsStreamAndIsReplaced() throws Exception {
        try (RawClient client = gateway.connect()) {
            List<WireEvent> events = new ArrayList<>();
            WireReply reply = begin(client, events);
            List<ProcessHandle> killed = workers();
            assertEquals(1, killed.size(), killed.toString());
            killed.getFirst().destroyForcibly();
            events.addAll(reply.events());
            assertEquals("api_error", EventGrammar.failedStream(frames(events)).error().path("type").asText());
        }
        assertEquals(8, whole(request("noise/random", "Say.", 8, "")).at("/usage/output_tokens").asInt());
    }

    @Test
    void aKilledGatewayLeavesNoWorkerBehind() throws Exception {
        try (GatewayProcess process = GatewayProcess.start(directory, config(""), 0);
                RawClient client = process.connect()) {
            begin(client, new ArrayList<>());
            List<ProcessHandle> left = process.children();
            assertEquals(1, left.size(), left.toString());
            process.kill();
            Patience.await("the worker has ended").until(() -> left.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    /** Two models, of which only one fits: each request ends the other one's process, and is answered. */
    @Test
    void withinAMemoryBudgetTheModelThatWasUsedLongestAgoMakesRoom() throws Exception {
        gateway.close();
        start("memory-budget: 1KB\n");
        for (int i = 0; i < 2; i++) {
            assertEquals(ALICE, text(whole(alice(""))));
            Patience.await("only one model is loaded").until(() -> workers().size() == 1);
            assertEquals(8, whole(request("noise/random", "Say.", 8, "")).at("/usage/output_tokens").asInt());
            Patience.await("only one model is loaded").until(() -> workers().size() == 1);
        }
    }

    @Test
    void aModelThatIsNotThereIsNamed() throws Exception {
        gateway.close();
        gateway = GatewayUnderTest.start("providers:\n"
                + models.provider("lost", directory.resolve("no-model"), "{ min: 0 }").indent(2));
        try (RawClient client = gateway.connect()) {
            WireReply reply = client.post("/v1/messages", Wire.streaming("lost/x")).reply();
            assertEquals(502, reply.status());
            String message = reply.json().at("/error/message").asText();
            assertTrue(message.contains("no such directory: " + directory.resolve("no-model")), message);
        }
    }
}
