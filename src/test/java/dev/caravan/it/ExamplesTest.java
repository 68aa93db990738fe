package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.testkit.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The examples of queued work")
class ExamplesTest extends GatewayTest {
    private static final String ANSWER = Wire.ANSWER + " é";
    private static final String BUSY = "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}";
    private static final String REFUSED = "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"not that\"}}";

    @TempDir
    private static Path data;
    @TempDir
    private Path work;

    @Override
    protected String config() {
        return super.config() + "queue: { directory: \"" + data + "\" }\n";
    }

    @BeforeEach
    void answer() {
        upstream.script(Wire::answer);
    }

    private static ConditionFactory await(String what) {
        return Patience.await(what).atMost(java.time.Duration.ofSeconds(60));
    }

    private Example folder(String gatewayUrl) throws Exception {
        return Example.start("folder", Map.of("gateway", gatewayUrl, "model", "claude-up", "prompts",
                work.resolve("prompts").toString(), "answers", work.resolve("answers").toString()));
    }

    private Path prompt(String name, String text) throws Exception {
        Files.createDirectories(work.resolve("prompts"));
        return Files.writeString(work.resolve("prompts").resolve(name), text);
    }

    @Test
    void eachPromptOfAFolderIsAnsweredInAnother() throws Exception {
        prompt("one.txt", Wire.PROMPT);
        prompt("two.txt", Wire.PROMPT + " ü");
        prompt("empty.txt", " \n");
        try (Example folder = folder(gateway.uri("").toString())) {
            await("all are done").until(() -> Example.files(work.resolve("prompts")).isEmpty());
        }
        assertEquals(List.of("one.txt", "two.txt"), Example.files(work.resolve("answers")));
        assertEquals(ANSWER, Files.readString(work.resolve("answers/two.txt")));
        assertEquals(List.of("one.txt", "two.txt"), Example.files(work.resolve("prompts/done")));
        assertEquals(List.of("empty.txt", "empty.txt.error"), Example.files(work.resolve("prompts/failed")));
        assertEquals("expected a prompt, or a request as JSON, in the body",
                Files.readString(work.resolve("prompts/failed/empty.txt.error")));
        assertTrue(upstream.calls().stream().anyMatch(call -> call.request().text().contains(Wire.PROMPT + " ü")));
    }

    @Test
    void aPromptWaitsForAGatewayThatIsAway() throws Exception {
        Path prompt = prompt("one.txt", Wire.PROMPT);
        try (Example folder = folder("http://127.0.0.1:" + FreePort.find())) {
            await("it was tried").until(() -> gateway.log().lines().stream()
                    .anyMatch(line -> line.text().contains("Connection refused")));
            assertTrue(Files.exists(prompt));
        }
        AtomicInteger calls = new AtomicInteger();
        upstream.script(call -> {
            if (calls.incrementAndGet() < 3) {
                call.reply("529 Overloaded", "application/json", BUSY);
            } else {
                Wire.answer(call);
            }
        });
        try (Example folder = folder(gateway.uri("").toString())) {
            await("it is answered").until(() -> Example.files(work.resolve("prompts/done")).size() == 1);
        }
        assertEquals(ANSWER, Files.readString(work.resolve("answers/one.txt")));
        assertEquals(3, calls.get());
    }

    private Example csv() throws Exception {
        return Example.start("csv-batch", Map.of("gateway", gateway.uri("").toString(), "model", "claude-up", "in",
                work.resolve("in").toString(), "out", work.resolve("out").toString()));
    }

    @Test
    void aCsvBecomesABatchAndItsResultsACsv() throws Exception {
        CountDownLatch restarted = new CountDownLatch(1);
        upstream.script(call -> {
            call.await(restarted);
            if (call.request().text().contains("refused")) {
                call.reply("400 Bad Request", "application/json", REFUSED);
            } else {
                Wire.answer(call);
            }
        });
        Files.createDirectories(work.resolve("in"));
        String prompt = Wire.PROMPT + ", \"\"quoted\"\"\nand ü";
        Files.writeString(work.resolve("in/my.questions.csv"),
                "id,prompt\nfirst,\"" + prompt + "\"\nsecond,refused\nthird," + Wire.PROMPT + "\n");
        try (Example csv = csv()) {
            await("the batch is created").until(() -> !Example.files(work.resolve("in/waiting")).isEmpty());
        }
        restarted.countDown();
        try (Example csv = csv()) {
            await("its results are there").until(() -> Example.files(work.resolve("in/waiting")).isEmpty());
        }
        assertEquals(List.of("my.questions.csv"), Example.files(work.resolve("out")));
        assertEquals(
                "id,prompt,result,answer,error\nfirst,\"" + prompt + "\",succeeded," + ANSWER
                        + ",\nsecond,refused,errored,,not that\nthird," + Wire.PROMPT + ",succeeded," + ANSWER + ",\n",
                Files.readString(work.resolve("out/my.questions.csv")).replace("\r\n", "\n"));
        assertEquals(3, upstream.calls().size(), "there was one batch");
        assertTrue(Example.files(work.resolve("in/done")).contains("my.questions.csv"));
    }

    @Test
    void aCsvThatMakesNoBatchIsPutAside() throws Exception {
        Files.createDirectories(work.resolve("in"));
        Files.writeString(work.resolve("in/twice.csv"), "id,prompt\na,one\na,two\n");
        try (Example csv = csv()) {
            await("it is refused").until(() -> Example.files(work.resolve("in/failed")).size() == 2);
        }
        assertEquals(List.of("twice.csv", "twice.csv.error"), Example.files(work.resolve("in/failed")));
        assertEquals("invalid_request_error", Json.read(Files.readString(work.resolve("in/failed/twice.csv.error")))
                .at("/error/type").asText());
        assertEquals(0, upstream.calls().size());
    }
}
