package dev.caravan.chatcompletions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.RequestDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every request, however strange. */
class ChatRequestPropertyTest {
    static final String VALID = """
        {"model":"m","max_completion_tokens":900,"max_tokens":5,"stream":true,"stream_options":{"include_usage":true},
         "temperature":0.5,"top_p":0.5,"stop":["a"],"n":1,"logprobs":false,"top_logprobs":0,"modalities":["text"],
         "user":"u","safety_identifier":"s","reasoning_effort":"high","parallel_tool_calls":false,
         "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],
         "tool_choice":{"type":"function","function":{"name":"f"}},
         "messages":[{"role":"developer","content":[{"type":"text","text":"s"}]},
          {"role":"user","content":[{"type":"text","text":"t"},
           {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBOR"}},
           {"type":"file","file":{"filename":"n","file_data":"data:text/plain;base64,QQ=="}}]},
          {"role":"assistant","content":"c","refusal":"r","reasoning_content":"h","tool_calls":[
           {"id":"c1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]},
          {"role":"tool","tool_call_id":"c1","content":"r"},
          {"role":"assistant","function_call":{"name":"f","arguments":"{}"}},
          {"role":"function","name":"f","content":"r"}]}""";

    /** Values of every kind, and some that a field might be taken for. */
    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of("null", "true", "0", "-1", "3", "1.5", "1e400", "99999999999999999999", "\"\"", "\"x\"",
                "\"text\"", "\"user\"", "\"none\"", "\"\\ud83d\"", "\"data:,\"", "\"data:image/png;base64,\"",
                "\"https://\"", "\"{\"", "[]", "[[]]", "[null]", "[\"x\"]", "[{}]", "{}", "{\"type\":\"text\"}",
                "{\"type\":null}", "{\"\":[]}", "[1,{\"a\":\"b\"}]");
    }

    /** Either the pipeline takes the translation, or somebody says what is wrong with the request. */
    @Property(tries = 4_000)
    void aRequestWithAPartReplacedIsTranslatedOrRefused(@ForAll("values") String value, @ForAll int where)
            throws JsonProcessingException {
        JsonNode request = JsonField.JSON.readTree(VALID);
        List<Consumer<JsonNode>> places = new ArrayList<>();
        places(request, places);
        places.get(Math.floorMod(where, places.size())).accept(JsonField.JSON.readTree(value));
        try {
            byte[] body = ChatRequestDecoder.decode(request.toString().getBytes(UTF_8), 100).body();
            assertFalse(RequestDecoder.decode(body, ApiVersion.V2023_06_01).messages().isEmpty());
        } catch (ApiException refusal) {
            assertEquals(400, refusal.status());
            assertFalse(refusal.getMessage().isBlank());
        }
    }

    private static void places(JsonNode node, List<Consumer<JsonNode>> places) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                places.add(value -> object.set(field.getKey(), value));
                places(field.getValue(), places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                places.add(value -> array.set(index, value));
                places(array.get(i), places);
            }
        }
    }
}
