package dev.caravan.provider.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.openai.core.ObjectMappers;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.RequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;

/** Any request of the Messages API becomes one that its provider documents, or is refused with its path and the provider. */
class RequestSchemaPropertyTest {
    private static final Pattern REFUSAL = Pattern.compile("([a-z_]+(?:\\.(?:[a-z_]+|[0-9]+))*): (.*)", Pattern.DOTALL);

    private static final Target OPENAI = Target.ALL.stream().filter(target -> target.variant().equals("openai"))
            .findFirst()
            .orElseThrow();
    private static final JsonSchema CONVERSE = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(AwsShapes.schema(ConverseRequest.builder().build()));

    @Provide
    Arbitrary<ObjectNode> requests() {
        return AnyRequest.all();
    }

    @Provide
    Arbitrary<Target> translating() {
        return Arbitraries.of(Target.ALL)
                .filter(target -> target.column().equals("exec") || !target.speaksMessagesApi());
    }

    @Provide
    Arbitrary<Target> passing() {
        return Arbitraries.of(Target.ALL)
                .filter(target -> !target.column().equals("exec") && target.speaksMessagesApi());
    }

    @Property(tries = 1_500)
    void whatAProviderGetsIsWhatItDocuments(@ForAll("requests") ObjectNode request,
            @ForAll("translating") Target target) {
        String body = encoded(request, target);
        Statistics.collect(target.column(), body != null);
        if (body != null) {
            Set<ValidationMessage> problems = RequestSchemas.of(target).validate(Json.of(body));
            assertTrue(problems.isEmpty(),
                    () -> target.column() + " " + target.variant() + ": " + problems + "\n" + body);
        }
        Statistics.coverage(coverage -> coverage.check("openai", true).percentage(share -> share > 15));
    }

    /** OpenAI's own types, which are made of what it publishes of its API, read it and find nothing wrong. */
    @Property(tries = 300)
    void openAisOwnTypesTakeIt(@ForAll("requests") ObjectNode request) throws JsonProcessingException {
        String body = encoded(request, OPENAI);
        if (body != null) {
            ObjectNode sent = ((ObjectNode) Json.of(body)).put("model", "gpt-4o"); // it has a list of models
            sent.remove("stream"); // which is the choice of a method there
            ChatCompletionCreateParams.Body read = ObjectMappers.jsonMapper().readValue(sent.toString(),
                    ChatCompletionCreateParams.Body.class);
            read.validate();
            assertEquals(Map.of(), read._additionalProperties());
        }
    }

    /** The shapes that AWS publishes have no rules for values, but all members that there are. */
    @Property(tries = 300)
    void awssOwnShapesTakeIt(@ForAll("requests") ObjectNode request, @ForAll("converse") Target target) {
        String body = encoded(request, target);
        if (body != null) {
            Set<ValidationMessage> problems = CONVERSE.validate(Json.of(body));
            assertTrue(problems.isEmpty(), () -> target.variant() + ": " + problems + "\n" + body);
        }
    }

    @Provide
    Arbitrary<Target> converse() {
        return Arbitraries.of(Target.ALL).filter(target -> target.column().equals("bedrock, Converse"));
    }

    /** What goes to Anthropic's models is still a request of the Messages API. */
    @Property(tries = 300)
    void whatPassesIsStillWhatItWas(@ForAll("requests") ObjectNode request, @ForAll("passing") Target target) {
        String body = encoded(request, target);
        if (body == null) {
            return;
        }
        JsonNode passed = Json.of(body);
        boolean invoke = target.column().startsWith("bedrock");
        assertEquals(invoke, passed.has("anthropic_version"), body);
        assertEquals(invoke ? "" : target.model(), passed.path("model").asText(), body);
        assertTrue(!invoke || !passed.has("stream"), body);
        String whole = ((ObjectNode) passed).put("model", "m").toString();
        RequestDecoder.decode(whole.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01);
    }

    /** The body that the provider gets; null when the request is refused as it should be. */
    private static String encoded(ObjectNode request, Target target) {
        String text = request.toString();
        RequestDecoder.decode(text.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01); // what Anthropic takes
        try {
            String encoded = target.encoded(text);
            return encoded.substring(encoded.indexOf('\n') + 1);
        } catch (ApiException e) {
            assertEquals(400, e.status(), e.getMessage());
            Matcher refusal = REFUSAL.matcher(e.getMessage());
            assertTrue(refusal.matches() && refusal.group(2).contains(Target.PROVIDER), e.getMessage());
            String pointer = "/" + refusal.group(1).replace('.', '/');
            assertTrue(!request.at(pointer).isMissingNode(), () -> "no such path: " + e.getMessage() + "\n" + text);
            return null;
        }
    }
}
