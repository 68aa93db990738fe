package dev.caravan.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batches for models that are processes, beside those for models behind HTTP. */
class BatchLanesTest extends BatchTest {
    private static final String HELD = "claude-held";

    @BeforeAll
    void needsAShell() {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh");
    }

    private static Path pid() {
        return directory.resolve("pid");
    }

    @Override
    protected String config() {
        return super.config().replace("providers:\n",
                """
                    providers:
                      whole: { dialect: exec, command: [sh, -c, "read request; echo '{\\"text\\":\\"one \\"}'; echo '{\\"text\\":\\"two\\"}'"] }
                      silent: { dialect: exec, command: [sh, -c, "read request; echo $$ > %pid; exec sleep 1000"] }
                    """
                        .replace("%pid", pid().toString()));
    }

    @Test
    void oneKindOfProviderDoesNotWaitForTheOther() throws IOException {
        holds(HELD);
        BatchClient client = client(KEY);
        Stream<String> held = IntStream.range(0, 20).mapToObj(i -> request("h" + i, Wire.request(HELD)));
        Stream<String> quick = IntStream.range(0, 3).mapToObj(i -> request("q" + i, Wire.request("whole/x")));
        String id = client.create(Stream.concat(held, quick).toArray(String[]::new));
        client.awaitProgress(id, "3/23");
        client.cancel(id);
        JsonNode ended = client.awaitEnded(id);
        assertEquals(3, ended.at("/request_counts/succeeded").asInt(), ended::toString);
        Map<String, JsonNode> results = client.results(id);
        for (String customId : List.of("q0", "q1", "q2")) {
            assertEquals("one two", results.get(customId).at("/message/content/0/text").asText());
        }
    }

    @Test
    void aProcessThatWorksForACancelledBatchEnds() throws IOException {
        BatchClient client = client(KEY);
        String id = client.create(request("a", Wire.request("silent/x")));
        Patience.await("the process is there").until(() -> Files.exists(pid()) && Files.size(pid()) > 1);
        ProcessHandle process = ProcessHandle.of(Long.parseLong(Files.readString(pid()).strip())).orElseThrow();
        client.cancel(id);
        assertEquals(1, client.awaitEnded(id).at("/request_counts/canceled").asInt());
        Patience.await("the process has ended").until(() -> !process.isAlive());
    }
}
