package dev.caravan.demo;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine within this process; as a process of its own in {@link DemoEngineProcessTest}. */
class DemoEngineTest {
    private static final ObjectMapper JACKSON = new ObjectMapper();
    private static final String REQUEST = """
        {"type":"generate","model":"demo",%s"messages":[{"role":"user","content":[{"type":"text","text":"%s"}]}]}
        """.strip();

    @Test
    void needsNothingButTheJdk() {
        classes().should().onlyDependOnClassesThat().resideInAnyPackage("java..", "dev.caravan.demo")
                .check(new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.caravan.demo"));
    }

    @Test
    void writesTextThenUsageThenDone() {
        List<JsonNode> lines = answer(REQUEST.formatted("", "Tell me of a rabbit."));
        int last = lines.size() - 1;
        assertEquals("{\"usage\":{\"input_tokens\":7,\"output_tokens\":0}}", lines.get(0).toString());
        assertTrue(lines.subList(1, last - 1).stream()
                .allMatch(line -> line.size() == 1 && !line.path("text").asText().isEmpty()));
        assertEquals(7, lines.get(last - 1).at("/usage/input_tokens").asInt());
        assertEquals(last - 2, lines.get(last - 1).at("/usage/output_tokens").asInt());
        assertEquals("{\"done\":{\"stop_reason\":\"end_turn\"}}", lines.get(last).toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 30})
    void maxTokensCutsTheSameTextShort(int maxTokens) {
        List<JsonNode> whole = answer(REQUEST.formatted("", "rabbit"));
        List<JsonNode> cut = answer(REQUEST.formatted("\"max_tokens\":" + maxTokens + ",", "rabbit"));
        assertEquals(text(whole.subList(0, maxTokens + 1)), text(cut));
        assertEquals(maxTokens, cut.get(cut.size() - 2).at("/usage/output_tokens").asInt());
        assertEquals("{\"done\":{\"stop_reason\":\"max_tokens\"}}", cut.get(cut.size() - 1).toString());
    }

    @Test
    void anAnswerOfExactlyMaxTokensHasEnded() {
        List<JsonNode> whole = answer(REQUEST.formatted("", "rabbit"));
        String limit = "\"max_tokens\":" + (whole.size() - 3) + ",";
        assertEquals(whole, answer(REQUEST.formatted(limit, "rabbit")));
    }

    /** Every part of the text as stop sequence, so that matches begin and end within tokens and across them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 20})
    void aStopSequenceEndsTheTextBeforeIt(int length) {
        String whole = text(answer(REQUEST.formatted("", "rabbit")));
        for (int from = 0; from + length <= whole.length(); from += 3) {
            String stop = whole.substring(from, from + length);
            String field = "\"stop_sequences\":[\"not there\"," + JACKSON.getNodeFactory().textNode(stop) + "],";
            List<JsonNode> lines = answer(REQUEST.formatted(field, "rabbit"));
            assertEquals(whole.substring(0, whole.indexOf(stop)), text(lines));
            JsonNode done = lines.get(lines.size() - 1).get("done");
            assertEquals("stop_sequence", done.get("stop_reason").asText());
            assertEquals(stop, done.get("stop_sequence").asText());
        }
    }

    @Test
    void aHeldBackBeginningOfAStopSequenceIsWrittenInTheEnd() {
        String whole = text(answer(REQUEST.formatted("", "rabbit")));
        String stop = whole.substring(whole.length() - 5) + "!";
        List<JsonNode> lines = answer(
                REQUEST.formatted("\"stop_sequences\":[" + JACKSON.getNodeFactory().textNode(stop) + "],", "rabbit"));
        assertEquals(whole, text(lines));
        assertEquals("{\"done\":{\"stop_reason\":\"end_turn\"}}", lines.get(lines.size() - 1).toString());
    }

    @Test
    void differentPromptsGetDifferentAnswersAndAnEmptyOneGetsOneToo() {
        List<String> texts = List.of("rabbit", "tortoise", "freedom", "xyzzy", "").stream()
                .map(prompt -> text(answer(REQUEST.formatted("", prompt)))).toList();
        assertEquals(5, texts.stream().distinct().count());
        assertTrue(texts.stream().noneMatch(String::isEmpty));
        assertTrue(texts.get(1).contains("Tortoise"));
    }

    /** A last message of the assistant is the beginning of the answer, of which only the rest is written. */
    @Test
    void goesOnFromTheBeginningThatTheClientGives() {
        String begun = REQUEST.formatted("\"temperature\":0,", "rabbit").replaceAll("]}$", "") + """
            ,{"role":"assistant","content":[{"type":"text","text":"Alice was beginning to get"},
            {"type":"text","text":" very tired of"}]}]}""".replace("\n", "");
        assertTrue(text(answer(begun)).startsWith(" sitting by"), text(answer(begun)));
    }

    @Test
    void callsAToolAndAnswersWithTextWhenItHasTheResult() {
        String tools = """
            "tools":[{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"},
            "days":{"type":"integer"},"unit":{"enum":["C","F"]}},"required":["city","unit"]}}],""";
        List<JsonNode> call = answer(REQUEST.formatted(tools, "Use the tool get_weather.").replace("\n", ""));
        assertEquals(4, call.size());
        assertEquals("{\"tool_use\":{\"name\":\"get_weather\",\"input\":{\"city\":\"example\",\"unit\":\"C\"}}}",
                call.get(1).toString());
        assertTrue(call.get(2).at("/usage/output_tokens").asInt() > 0);
        assertEquals("{\"done\":{\"stop_reason\":\"tool_use\"}}", call.get(3).toString());

        List<JsonNode> reply = answer((REQUEST.formatted(tools, "Use the tool get_weather.").replaceAll("]}$", "")
                + """
                    ,{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"get_weather","input":{}}]},
                    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"Sun"}]}]}]}""")
                .replace("\n", ""));
        assertTrue(text(reply).contains("Sun"), text(reply));
        assertEquals("{\"done\":{\"stop_reason\":\"end_turn\"}}", reply.get(reply.size() - 1).toString());

        List<JsonNode> cut = answer(
                REQUEST.formatted(tools + "\"max_tokens\":2,", "Use the tool get_weather.").replace("\n", ""));
        assertEquals("{\"done\":{\"stop_reason\":\"max_tokens\"}}", cut.get(cut.size() - 1).toString());
        assertEquals(3, cut.size());
    }

    @Test
    void doesNotPretendToThink() {
        List<JsonNode> lines = answer(
                REQUEST.formatted("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},", "rabbit"));
        assertTrue(lines.stream().noneMatch(line -> line.has("thinking")));
        assertEquals(text(answer(REQUEST.formatted("", "rabbit"))), text(lines));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "hello", "{\"type\":\"generate\"", "[]", "{\"type\":\"embed\"}"})
    void aRequestThatItCannotReadGetsAnErrorLine(String line) {
        List<JsonNode> lines = answer(line);
        assertEquals(1, lines.size());
        assertEquals("invalid_request_error", lines.get(0).at("/error/type").asText());
    }

    @Test
    void bytesThatAreNotUtf8AreAnErrorToo() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] latin1 = REQUEST.formatted("", "caf\u00e9").getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(0, run(new ByteArrayInputStream(latin1), out));
        assertEquals(
                "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"the request line: expected UTF-8\"}}\n",
                out.toString(StandardCharsets.UTF_8));
    }

    /** A client of a later protocol may keep the stream open. */
    @Test
    void readsNoFurtherThanTheLineEnd() {
        byte[] line = (REQUEST.formatted("", "rabbit") + "\n").getBytes(StandardCharsets.UTF_8);
        InputStream open = new InputStream() {
            private int at;

            @Override
            public int read() {
                if (at == line.length) {
                    throw new AssertionError("read past the line");
                }
                return line[at++];
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                buffer[offset] = (byte) read();
                return 1;
            }
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(0, run(open, out));
        assertEquals(answer(REQUEST.formatted("", "rabbit")), lines(out));
    }

    /** Whatever the request line holds, the output is lines of the protocol that end with done or error. */
    @Property(tries = 300)
    void answersAnything(@ForAll String text, @ForAll int cut) {
        String prompt = JACKSON.getNodeFactory().textNode(text).toString();
        String request = REQUEST.formatted("", "-").replace("\"-\"", prompt);
        String mangled = request.substring(0, Math.floorMod(cut, request.length()));
        for (String line : List.of(text, request, mangled, mangled + text)) {
            List<JsonNode> lines = answer(line);
            JsonNode last = lines.get(lines.size() - 1);
            assertTrue(last.has("done") || last.has("error"), last::toString);
        }
    }

    @Test
    void endsWhenItsOutputIsClosed() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertEquals(1, run(input(REQUEST.formatted("", "rabbit")), closed));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        --tokens-per-second 0,    0
        --tokens-per-second 1e6,  0
        --help,                   0
        --tokens-per-second,      2
        --tokens-per-second -1,   2
        --tokens-per-second NaN,  2
        --tokens-per-second fast, 2
        --speed 5,                2
        hello,                    2
        """)
    void checksItsArguments(String arguments, int exitCode) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = DemoEngine.run(arguments.split(" "), input(REQUEST.formatted("", "rabbit")), out,
                new PrintStream(err));
        assertEquals(exitCode, code);
        assertEquals(code == 2 || arguments.equals("--help"), out.size() == 0);
        assertEquals(out.size() == 0, err.toString(StandardCharsets.UTF_8).startsWith("Usage: "));
    }

    private static List<JsonNode> answer(String request) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(0, run(input(request), out));
        return lines(out);
    }

    private static int run(InputStream in, OutputStream out) {
        return DemoEngine.run(new String[]{"--tokens-per-second", "0"}, in, out, System.err);
    }

    private static InputStream input(String request) {
        return new ByteArrayInputStream(request.getBytes(StandardCharsets.UTF_8));
    }

    private static List<JsonNode> lines(ByteArrayOutputStream out) {
        return out.toString(StandardCharsets.UTF_8).lines().map(line -> {
            try {
                return JACKSON.readTree(line);
            } catch (IOException e) {
                throw new AssertionError(line, e);
            }
        }).toList();
    }

    private static String text(List<JsonNode> lines) {
        assertNull(lines.get(0).get("error"));
        return lines.stream().map(line -> line.path("text").asText("")).collect(Collectors.joining());
    }
}
