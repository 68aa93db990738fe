package dev.caravan.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine as Caravan runs it: a child process with nothing but its own classes on the class path. */
@Timeout(120)
class DemoEngineProcessTest {
    private static final String REQUEST = """
        {"type":"generate","id":"msg_1","model":"demo","system":[{"type":"text","text":"Où est ma chatte?"}],%s\
        "messages":[{"role":"user","content":[{"type":"text","text":"%s"}]}],"stream":true}
        """;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void theSameRequestGetsTheSameAnswerAtAnySpeed() throws Exception {
        String request = REQUEST.formatted("\"max_tokens\":20,", "Tell me of the rabbit.");
        List<String> answer = answer(request, "--tokens-per-second", "0");
        assertEquals("{\"done\":{\"stop_reason\":\"max_tokens\"}}", answer.get(answer.size() - 1));
        assertEquals("{\"usage\":{\"input_tokens\":12,\"output_tokens\":20}}", answer.get(answer.size() - 2));
        assertEquals(20, answer.stream().filter(line -> line.startsWith("{\"text\":")).count());
        assertEquals(answer, answer(request, "--tokens-per-second", "0"));
        assertEquals(answer, answer(request, "--tokens-per-second", "200"));
        assertEquals(answer, answer(request));
        assertNotEquals(answer, answer(request.replace("rabbit", "hare"), "--tokens-per-second", "0"));
    }

    @Test
    void stopsAtAStopSequence() throws Exception {
        List<String> answer = answer(REQUEST.formatted("\"stop_sequences\":[\"e\",\"a\"],", "rabbit"),
                "--tokens-per-second", "0");
        assertTrue(answer.get(answer.size() - 1).matches(
                "\\{\"done\":\\{\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"[ea]\"}}"), answer.toString());
        assertTrue(answer.stream().noneMatch(line -> line.matches("\\{\"text\":\".*[ea].*\"}")), answer.toString());
    }

    @Test
    void callsATool() throws Exception {
        String tools = "\"tools\":[{\"name\":\"look_up\",\"input_schema\":{\"type\":\"object\",\"properties\":"
                + "{\"word\":{\"type\":\"string\"}},\"required\":[\"word\"]}}],";
        List<String> answer = answer(REQUEST.formatted(tools, "Please use the tool look_up."));
        assertEquals("{\"tool_use\":{\"name\":\"look_up\",\"input\":{\"word\":\"example\"}}}", answer.get(1));
        assertEquals("{\"done\":{\"stop_reason\":\"tool_use\"}}", answer.get(answer.size() - 1));
    }

    /** Whatever the platform's own encoding is. */
    @Test
    void writesUtf8() throws Exception {
        String request = REQUEST.formatted("\"temperature\":0,", "");
        List<String> answer = answer(request, List.of("-Dfile.encoding=ISO-8859-1", "-Dstdout.encoding=US-ASCII"),
                List.of("--tokens-per-second", "0"));
        assertTrue(answer.stream().anyMatch(line -> line.matches("\\{\"text\":\".*[“’—].*\"}")), answer.toString());
    }

    /** At this speed the second token is due in a quarter of an hour: the first one can only be read if nothing holds it back. */
    @Test
    void aTokenIsThereAsSoonAsItIsWritten() throws Exception {
        Process process = start(List.of(), List.of("--tokens-per-second", "0.001"));
        process.outputWriter(UTF_8).append(REQUEST.formatted("", "rabbit")).flush();
        BufferedReader lines = process.inputReader(UTF_8);
        assertTrue(lines.readLine().startsWith("{\"usage\":"));
        assertTrue(lines.readLine().startsWith("{\"text\":"));
        assertTrue(process.isAlive());
    }

    @Test
    void endsWhenNobodyReadsItsOutput() throws Exception {
        Process process = start(List.of(), List.of("--tokens-per-second", "100"));
        process.outputWriter(UTF_8).append(REQUEST.formatted("", "rabbit")).flush();
        process.getInputStream().read();
        process.getInputStream().close();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
    }

    private List<String> answer(String request, String... arguments) throws Exception {
        return answer(request, List.of(), List.of(arguments));
    }

    private List<String> answer(String request, List<String> options, List<String> arguments) throws Exception {
        Process process = start(options, arguments);
        try (var stdin = process.outputWriter(UTF_8)) {
            stdin.append(request);
        }
        List<String> lines = process.inputReader(UTF_8).lines().toList();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        return lines;
    }

    private Process start(List<String> options, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>();
        Collections.addAll(command, Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp",
                Path.of(DemoEngine.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
        command.addAll(options);
        command.add(DemoEngine.class.getName());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        started.add(process);
        return process;
    }
}
