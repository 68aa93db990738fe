package dev.caravan.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are broken or made to harm: each gets a 400, none another exception. */
class HostileRequestTest {
    /** A request that holds every kind of block, and blocks whose type comes last. */
    private static final String EVERYTHING = """
        {"model":"é-\\u00e9","max_tokens":9000,"stream":true,"temperature":0.5,"stop_sequences":["a"],
         "system":[{"type":"text","text":"s"},{"text":"s","type":"text"}],
         "tools":[{"name":"f","input_schema":{"type":"object","properties":{"a":{"type":"string"}}}}],
         "tool_choice":{"type":"any"},"thinking":{"type":"enabled","budget_tokens":2000},
         "output_config":{"format":{"schema":{}}},"metadata":{"user_id":"u"},"x":[{},[1.5e3,null,true,"\\ud83c\\udf89"]],
         "messages":[{"role":"user","content":[
           {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"}},
           {"type":"document","source":{"type":"content","content":[{"text":"🎉","type":"text"}]}},
           {"source":"s","title":"t","content":[{"type":"text","text":"x"}],"type":"search_result"},
           {"type":"zzz","a":[{}]},{"a":{"b":[]},"type":"zzz"}]},
          {"content":[{"type":"thinking","thinking":"h","signature":"s"},{"data":"d","type":"redacted_thinking"},
           {"id":"t","input":{"a":[{"b":"\\\\\\""}]},"name":"f","type":"tool_use"}],"role":"assistant"},
          {"role":"user","content":[{"tool_use_id":"t","content":[{"text":"r","type":"text"}],"type":"tool_result"}]},
          {"role":"system","content":"s"}]}""";

    private static ApiException refused(byte[] body) {
        ApiException refusal = assertThrows(ApiException.class,
                () -> RequestDecoder.decode(body, ApiVersion.V2023_06_01));
        assertEquals(400, refusal.status());
        return refusal;
    }

    private static String refused(String body) {
        return refused(body.getBytes(StandardCharsets.UTF_8)).getMessage();
    }

    @Test
    void cutOffAtEveryByte() {
        byte[] body = EVERYTHING.getBytes(StandardCharsets.UTF_8);
        assertEquals("é-é", RequestDecoder.decode(body, ApiVersion.V2023_06_01).model());
        for (int length = 0; length < body.length; length++) {
            refused(Arrays.copyOf(body, length));
        }
    }

    @Test
    void anyByteChanged() {
        byte[] body = EVERYTHING.getBytes(StandardCharsets.UTF_8);
        byte[] strange = {0, '"', '\\', '{', '}', '[', ']', ',', ':', '9', ' ', (byte) 0xC3, (byte) 0xED, (byte) 0xFF};
        for (int i = 0; i < body.length; i++) {
            for (byte b : strange) {
                byte[] changed = body.clone();
                changed[i] = b;
                decodedOrRefused(changed);
            }
        }
    }

    @Test
    void noise() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] body = new byte[random.nextInt(40)];
            random.nextBytes(body);
            decodedOrRefused(body);
        }
    }

    private static void decodedOrRefused(byte[] body) {
        try {
            RequestDecoder.decode(body, ApiVersion.V2023_06_01);
        } catch (ApiException e) {
            assertEquals(400, e.status());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "``|the request body is empty; expected a JSON object",
            "` \n`|expected an object, got nothing", "[]|expected an object, got an array",
            "null|expected an object, got null", "\"hi\"|expected an object, got a string",
            "7|expected an object, got a number", "{}|model: Field required",
            "{|the request body is not valid JSON: it ends too early",
            "{\"a\":[{\"b|the request body is not valid JSON: it ends too early",
            "{\"a\":NaN}|the request body is not valid JSON (line 1, column 9)",
            "{\"a\":Infinity}|the request body is not valid JSON (line 1, column 14)",
            "{\"a\":01}|the request body is not valid JSON (line 1, column 7)",
            "{'a':1}|the request body is not valid JSON (line 1, column 2)",
            "{\"a\":1,}|the request body is not valid JSON (line 1, column 8)",
            "`{\"a\":1\n \"b\":2}`|the request body is not valid JSON (line 2, column 2)",
            "{\"a\":\"\\x\"}|the request body is not valid JSON (line 1, column 8)",
            "{\"a\":\"\\ud83\"}|the request body is not valid JSON (line 1, column 12)",
            "`{\"a\":\"line\nbreak\"}`|the request body is not valid JSON (line 1, column 11)",
            "/* c */ {}|the request body is not valid JSON (line 1, column 1)",
            "HTTP/1.1 200 OK|the request body is not valid JSON (line 1, column 6)",
            "<html></html>|the request body is not valid JSON (line 1, column 1)"})
    void whatIsNoJsonObject(String body, String message) {
        assertEquals(message, refused(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {" {}", "[]", "null", "1", "\"\"", " // done"})
    void moreThanOneDocument(String rest) {
        String message = refused(Requests.with("\"stream\":true") + rest);
        assertTrue(message.equals("the request body goes on after its JSON object")
                || message.startsWith("the request body is not valid JSON"), message);
    }

    @Test
    void whiteSpaceMayFollow() {
        assertEquals("m", Requests.decode(Requests.with("\"stream\":true") + " \r\n\t").model());
    }

    /** JSON on the wire is UTF-8; that another encoding could be read would leave nothing to pass on byte for byte. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
    void otherEncodingsOfUnicode(String charset) {
        refused(EVERYTHING.getBytes(Charset.forName(charset)));
    }

    @Test
    void bytesThatAreNoUtf8() {
        for (byte[] bytes : new byte[][]{{(byte) 0xFF}, {(byte) 0xC3}, {(byte) 0x80}, {(byte) 0xE2, (byte) 0x82}}) {
            String body = new String(bytes, StandardCharsets.ISO_8859_1);
            refused(("{\"model\":\"" + body + "\"}").getBytes(StandardCharsets.ISO_8859_1));
            refused(("{\"x\":\"" + body + "\"}").getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "model|{\"model\":\"a\\ud83d\"}", "system|{\"system\":\"\\udf89\"}",
            "messages.0.content|{\"messages\":[{\"content\":\"a\\ud83cb\"}]}",
            "messages.0.content.0.text|{\"messages\":[{\"content\":[{\"type\":\"text\",\"text\":\"\\udf89\\ud83c\"}]}]}",
            "stop_sequences.0|{\"stop_sequences\":[\"\\ud83c\"]}", "tools.0.name|{\"tools\":[{\"name\":\"\\ud83c\"}]}"})
    void halfACharacter(String path, String body) {
        assertEquals(path + ": holds half of a surrogate pair, which is no character", refused(body));
    }

    /** A surrogate encoded by itself is no UTF-8, though Jackson reads it. */
    @Test
    void aSurrogateInUtf8() {
        byte[] body = "{\"model\":\"???\"}".getBytes(StandardCharsets.ISO_8859_1);
        body[10] = (byte) 0xED;
        body[11] = (byte) 0xA0;
        body[12] = (byte) 0x80;
        assertEquals("model: holds half of a surrogate pair, which is no character", refused(body).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"x\":%s}", "{\"tools\":[{\"name\":\"f\",\"input_schema\":{\"a\":%s}}]}",
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"zzz\",\"a\":%s}]}]}",
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"a\":%s,\"type\":\"zzz\"}]}]}"})
    void nestedTooDeep(String body) {
        for (int depth : new int[]{200, 1_000, 100_000}) {
            assertEquals("the JSON is nested deeper than 200 levels",
                    refused(body.formatted("[".repeat(depth) + "]".repeat(depth))));
            assertEquals("the JSON is nested deeper than 200 levels",
                    refused(body.formatted("{\"a\":".repeat(depth) + "1" + "}".repeat(depth))));
            assertEquals("the JSON is nested deeper than 200 levels", refused(body.formatted("[".repeat(depth))));
        }
    }

    @Test
    void nestedAsDeepAsAToolSchemaMayBe() {
        String schema = "{\"a\":".repeat(150) + "1" + "}".repeat(150);
        assertEquals(schema,
                Requests.decode(Requests.with("\"tools\":[{\"name\":\"f\",\"input_schema\":%s}]".formatted(schema)))
                        .tools().getFirst().inputSchema().text());
    }

    /** Blocks whose type comes last are read more than once; nested, that must not multiply. */
    @Test
    void nestedBlocksWhoseTypeComesLast() {
        String block = "{\"text\":\"" + "x".repeat(1_000_000) + "\",\"type\":\"text\"}";
        for (int i = 0; i < 60; i++) {
            block = "{\"tool_use_id\":\"t\",\"content\":[" + block + "],\"type\":\"tool_result\"}";
        }
        String body = Requests.withMessage("user", "[" + block + "]");
        assertEquals(
                "messages.0.content.0.content.0.type: a block of type \"tool_result\" cannot stand in a tool result",
                refused(body));
    }

    @Test
    void hugeNumbers() {
        assertEquals("the JSON holds a number or string that is too long",
                refused("{\"max_tokens\":" + "9".repeat(1_000) + "}"));
        assertEquals("max_tokens: is too large", refused("{\"max_tokens\":" + "9".repeat(400) + "}"));
        assertEquals("temperature: must be between 0 and 1", refused("{\"temperature\":" + "9".repeat(400) + "}"));
        assertEquals("temperature: must be between 0 and 1", refused("{\"temperature\":1e" + "9".repeat(300) + "}"));
        assertEquals(0.0, Requests.decode(Requests.with("\"temperature\":1e-" + "9".repeat(300))).temperature());
        assertEquals("m", Requests.decode(Requests.with("\"x\":-1e" + "9".repeat(300))).model());
    }

    @Test
    void aStringOf30Megabytes() {
        int length = 30 * 1024 * 1024;
        byte[] body = new byte[length + 80];
        Arrays.fill(body, (byte) 'a');
        byte[] head = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\""
                .getBytes(StandardCharsets.UTF_8);
        byte[] tail = "\"}]}".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(head, 0, body, 0, head.length);
        System.arraycopy(tail, 0, body, body.length - tail.length, tail.length);
        MessageRequest request = RequestDecoder.decode(body, ApiVersion.V2023_06_01);
        ContentBlock.Text text = (ContentBlock.Text) request.messages().getFirst().content().getFirst();
        assertEquals(body.length - head.length - tail.length, text.text().length());
        refused(Arrays.copyOf(body, body.length - tail.length));
    }

    @Test
    void aHundredThousandDifferentNames() {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            fields.append("\"name-").append(i * 7919).append("\":1,");
        }
        assertEquals("m", Requests.decode(Requests.with(fields + "\"stream\":true")).model());
    }

    @Test
    void aNameThatIsTooLong() {
        assertEquals("the JSON holds a number or string that is too long",
                refused("{\"" + "n".repeat(100_000) + "\":1}"));
    }

    /** A refusal quotes no more of the body than it must: nothing of a prompt gets into a log by it. */
    @Test
    void aRefusalTellsNothingOfTheBody() {
        assertEquals("the request body is not valid JSON (line 1, column 52)",
                refused("{\"messages\":[{\"role\":\"user\",\"content\":\"my secret\"} oops]}"));
    }
}
