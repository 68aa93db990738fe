package dev.caravan.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The requests of a file. */
final class BatchLinesTest {
    private static final String PARAMS = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[]}";

    private static BatchLines lines(String text, Optional<String> model, OptionalInt maxTokens) {
        return new BatchLines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), model, maxTokens);
    }

    private static List<String> read(BatchLines lines) throws IOException, CommandFailure {
        List<String> requests = new ArrayList<>();
        for (Optional<byte[]> next = lines.next(); next.isPresent(); next = lines.next()) {
            requests.add(new String(next.get(), StandardCharsets.UTF_8));
        }
        return requests;
    }

    private static List<String> read(String text) throws IOException, CommandFailure {
        return read(lines(text, Optional.empty(), OptionalInt.empty()));
    }

    @Test
    void aRequestStaysAsItIsToTheByte() throws Exception {
        String line = " {\"more\" : 1.50, \"params\": {\"max_tokens\":1, \"messages\":[{\"x\":\"ä🙂\\u0041\"}],"
                + "\"model\":\"m\", \"temperature\":1.000000000000000000001},\"custom_id\":\"a-1\" }";
        assertEquals(List.of(line), read(line));
    }

    @Test
    void paramsAloneAreNamedForTheirLine() throws Exception {
        assertEquals(
                List.of("{\"custom_id\":\"line-2\",\"params\":" + PARAMS + "}",
                        "{\"custom_id\":\"line-4\",\"params\":" + PARAMS + "\r}"),
                read("\uFEFF\n" + PARAMS + "\n  \n" + PARAMS + "\r\n\n"));
    }

    @Test
    void whatALineLacksIsFilledIn() throws Exception {
        BatchLines lines = lines("""
            {"messages":[]}
            {"model":"own","messages":[]}
            {"max_tokens":7,"custom_id":"a","model":"not theirs","params":{"messages":[]},"max_tokens":8}
            """, Optional.of("a \"model\""), OptionalInt.of(9));
        assertEquals(List.of(
                "{\"custom_id\":\"line-1\",\"params\":{\"model\":\"a \\\"model\\\"\",\"max_tokens\":9,\"messages\":[]}}",
                "{\"custom_id\":\"line-2\",\"params\":{\"max_tokens\":9,\"model\":\"own\",\"messages\":[]}}",
                "{\"max_tokens\":7,\"custom_id\":\"a\",\"model\":\"not theirs\",\"params\":"
                        + "{\"model\":\"a \\\"model\\\"\",\"max_tokens\":9,\"messages\":[]},\"max_tokens\":8}"),
                read(lines));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '§', textBlock = """
        {"messages":[]                                                     | line 2: not JSON: Unexpected end-of-input
        {"messages":[]}}                                                   | line 2: not JSON: Unexpected close marker '}'
        {"model":"m","max_tokens":1,"messages":[]} {}                      | line 2: expected nothing behind the JSON object
        ["a"]                                                              | line 2: expected a JSON object
        hello                                                              | line 2: not JSON: Unrecognized token 'hello'
        {"prompt":"hello"}                                                 | line 2: expected a request
        {"model":"m","messages":[]}                                        | line 2: max_tokens: expected; --max-tokens N
        {"custom_id":"a","params":{"max_tokens":1,"messages":[]}}          | line 2: params.model: expected
        {"custom_id":"a","params":{"model":"m","max_tokens":1}}            | line 2: params.messages: expected
        {"custom_id":"a","params":[]}                                      | line 2: params: expected an object
        {"custom_id":"a"}                                                  | line 2: params: expected, beside custom_id
        {"params":{"model":"m","max_tokens":1,"messages":[]}}              | line 2: custom_id: expected, beside params
        {"custom_id":7,"params":{"messages":[]}}                           | line 2: custom_id: expected a string
        {"custom_id":"ä","params":{"model":"m","max_tokens":1,"messages":[]}} | line 2: custom_id: expected 1 to 64 letters
        {"custom_id":"first","params":{"model":"m","max_tokens":1,"messages":[]}} | line 2: custom_id: first is also that of line 1
        {"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m"}} | line 2: this is a line of an OpenAI batch
        """)
    void aLineThatIsNoRequestIsNamed(String line, String expected) {
        String text = "{\"custom_id\":\"first\",\"params\":" + PARAMS + "}\n" + line + "\n" + PARAMS;
        String message = assertThrows(CommandFailure.class, () -> read(text)).getMessage();
        assertTrue(message.startsWith(expected), message);
    }

    @Test
    void aFileInAnotherEncodingIsRefused() {
        byte[] utf16 = ("\uFEFF" + PARAMS).getBytes(StandardCharsets.UTF_16LE);
        BatchLines lines = new BatchLines(new ByteArrayInputStream(utf16), Optional.empty(), OptionalInt.empty());
        assertEquals("line 1: expected UTF-8", assertThrows(CommandFailure.class, lines::next).getMessage());
    }
}
