package dev.caravan.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemoRequestTest {
    private static final String USER = "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello, Alice!\"}]}";

    @Test
    void readsWhatItNeeds() throws JsonException {
        DemoRequest request = DemoRequest
                .read("{\"type\":\"generate\",\"max_tokens\":7,\"temperature\":0.5,\"top_p\":0.9,"
                        + "\"top_k\":40,\"stop_sequences\":[\"a\",\"b\"],\"messages\":[" + USER + "]}");
        assertEquals("Hello, Alice!", request.prompt().strip());
        assertEquals(new Sampler.Sampling(0.5, 0.9, 40), request.sampling());
        assertEquals(7, request.maxTokens());
        assertEquals("[a, b]", request.stopSequences().toString());
    }

    @Test
    void whatIsAbsentIsUnlimited() throws JsonException {
        DemoRequest request = DemoRequest.read("{\"type\":\"generate\",\"top_k\":null}");
        assertEquals("", request.prompt());
        assertEquals(new Sampler.Sampling(1, 1, Long.MAX_VALUE), request.sampling());
        assertEquals(Long.MAX_VALUE, request.maxTokens());
        assertEquals(0, request.stopSequences().size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}                    | one two
        {"role":"user","content":[{"type":"image","source":{"data":"xxxx"}},{"type":"text","text":"this"}]}      | this
        {"role":"user","content":[{"type":"text","text":"<system-reminder>no"},{"type":"text","text":"yes"}]}    | yes
        {"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"12 o'clock"}]}]}       | 12 o'clock
        {"role":"user","content":[{"type":"tool_result","content":"noon"},{"type":"text","text":"and?"}]}        | and? noon
        {"role":"user","content":[]}                                                                             | ''
        {"role":"system","content":[{"type":"text","text":"be quick"}]}                                          | Hello, Alice!
        {"role":"assistant","content":[{"type":"text","text":"I am"}]}                                           | Hello, Alice!
        """)
    void thePromptIsTheTextOfTheLastUserMessage(String last, String prompt) throws JsonException {
        DemoRequest request = request("", last);
        assertEquals(prompt, request.prompt().strip().replaceAll("\\s+", " "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"id\":\"msg_2\"", "\"stream\":true", "\"max_tokens\":5", "\"stop_sequences\":[\"x\"]",
            "\"thinking\":{\"type\":\"adaptive\"}", "\"unknown\":1"})
    void theSeedDoesNotDependOn(String field) throws JsonException {
        assertEquals(request("", "").seed(), request(field + ",", "").seed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"model\":\"other\"", "\"temperature\":0.5", "\"top_p\":0.5", "\"top_k\":5",
            "\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}]", "\"tools\":[{\"name\":\"a\"}]"})
    void theSeedDependsOn(String field) throws JsonException {
        assertNotEquals(request("", "").seed(), request(field + ",", "").seed());
    }

    @Test
    void theSeedDependsOnTheMessagesButNotOnTheOrderOfTheirKeys() throws JsonException {
        assertNotEquals(request("", "").seed(), request("", USER).seed());
        assertEquals(request("", USER).seed(), request("",
                "{\"content\":[{\"text\":\"Hello, Alice!\",\"type\":\"text\"}],\"role\":\"user\"}").seed());
    }

    @Test
    void countsTheTextsThatItIsGiven() throws JsonException {
        assertEquals(1, DemoRequest.read("{\"type\":\"generate\"}").inputTokens());
        // Hello , Alice ! and the start of the answer
        assertEquals(5, request("", "").inputTokens());
        assertEquals(5 + 3,
                request("\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\",\"cache_control\":{\"ttl\":\"1h\"}}],",
                        "")
                        .inputTokens());
        assertEquals(5 + 1,
                request("\"tools\":[{\"name\":\"time\",\"input_schema\":{\"type\":\"object\"}}],", "").inputTokens());
        assertEquals(5 + 1,
                request("", "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t_1\","
                        + "\"content\":[{\"type\":\"text\",\"text\":\"noon\"},{\"type\":\"image\",\"source\":{\"data\":\"a+b\"}}]}]}")
                        .inputTokens());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        []                                                    | the request line: expected a JSON object
        {}                                                    | type: expected "generate"
        {"type":"count"}                                      | type: expected "generate"
        {"type":"generate","messages":{}}                     | messages: expected an array
        {"type":"generate","messages":["hi"]}                 | messages: expected an array of objects
        {"type":"generate","messages":[{"role":"user","content":"hi"}]} | messages.content: expected an array
        {"type":"generate","tools":"t"}                       | tools: expected an array
        {"type":"generate","stop_sequences":"x"}              | stop_sequences: expected an array
        {"type":"generate","stop_sequences":[1]}              | stop_sequences: expected an array of strings
        {"type":"generate","max_tokens":"5"}                  | max_tokens: expected a number
        {"type":"generate","temperature":[]}                  | temperature: expected a number
        {"type":"generate"                                    | not valid JSON at character 18: expected ',' or '}'
        """)
    void aMistakeIsNamed(String line, String message) {
        assertEquals(message, assertThrows(JsonException.class, () -> DemoRequest.read(line)).getMessage());
    }

    @Test
    void aRequestOfManyLevelsIsRead() throws JsonException {
        String deep = "{\"a\":".repeat(900) + "1" + "}".repeat(900);
        String call = "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"name\":\"t\",\"input\":" + deep
                + "}]}";
        assertTrue(request("", call + "," + USER).inputTokens() > 5);
    }

    private static DemoRequest request(String fields, String moreMessages) throws JsonException {
        return DemoRequest
                .read("{\"type\":\"generate\"," + fields + "\"messages\":[" + USER + (moreMessages.isEmpty() ? "" : ",")
                        + moreMessages + "]}");
    }
}
