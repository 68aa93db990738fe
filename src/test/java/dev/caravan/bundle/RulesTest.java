package dev.caravan.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The rules for routes and kamelets find")
class RulesTest {
    private static final CamelSchema HOUSE_STYLE = CamelSchema.houseStyle();

    /** A route with this as its only step. */
    private static BundleFile route(String step) {
        return BundleFile.of("routes/x.camel.yaml", """
            - route:
                id: x
                description: X
                from:
                  id: x-from
                  description: From
                  uri: direct
                  parameters:
                    name: x
                  steps:
            """ + ("- " + step.strip().indent(2).stripLeading()).indent(8));
    }

    static Stream<Arguments> shorthand() {
        return Stream.of(Arguments.of("log: hello", "steps[0].log: string found, object expected"),
                Arguments.of("to: log:x", "steps[0].to: string found, object expected"),
                Arguments.of("to: { uri: log }", "steps[0].to: required property 'description' not found"),
                Arguments.of("process: { id: a, ref: b }",
                        "steps[0].process: required property 'description' not found"),
                Arguments.of("process: { description: a, ref: b }",
                        "steps[0].process: required property 'id' not found"),
                Arguments.of("setBody: { id: a, description: b, simple: c }",
                        "steps[0].setBody: property 'simple' is not defined in the schema"),
                Arguments.of("setBody: { id: a, description: b, expression: { simple: c } }",
                        "steps[0].setBody.expression.simple: string found, object expected"),
                Arguments.of(
                        "choice: { id: a, description: b, when: [{ id: c, description: d, simple: e, steps: [] }] }",
                        "steps[0].choice.when[0]: property 'simple' is not defined in the schema"),
                Arguments.of("choice: { id: a, description: b, when: [], otherwise: { steps: [] } }",
                        "steps[0].choice.otherwise: required property 'id' not found"),
                Arguments.of("split: { id: a, description: b, expression: { simple: { expression: c } }, "
                        + "steps: [{ stop: {} }] }", "steps[0].split.steps[0].stop: required property 'id' not found"),
                Arguments.of("split: { id: a, description: b, expression: { simple: { expression: c } }, "
                        + "streaming: \"yes\" }", "steps[0].split.streaming: string found, boolean expected"),
                Arguments.of("proces: { id: a, description: b, ref: c }",
                        "steps[0]: property 'proces' is not defined in the schema"));
    }

    @ParameterizedTest
    @MethodSource
    void shorthand(String step, String offence) {
        List<String> offences = HOUSE_STYLE.offences(route(step));
        String expected = "routes/x.camel.yaml: $[0].route.from." + offence;
        assertTrue(offences.stream().anyMatch(found -> found.startsWith(expected)), offences::toString);
    }

    @Test
    void nothingInWhatIsCanonical() {
        assertEquals(List.of(), HOUSE_STYLE
                .offences(route("setBody: { id: a, description: b, expression: { simple: { expression: c } } }")));
    }

    @ParameterizedTest
    @MethodSource
    void addressesWithOptions(String uri) {
        assertEquals(
                List.of("routes/x.camel.yaml: $[0].route.from.steps[0].to.uri: expected a scheme with its options in "
                        + "parameters, or kamelet: and the name of a kamelet, found " + uri),
                RouteRules.addresses(route("to: { uri: \"" + uri + "\" }"), Set.of("caravan-x-action")));
    }

    static Stream<String> addressesWithOptions() {
        return Stream.of("direct:x", "log?level=INFO", "kamelet:caravan-y-action", "kamelet:caravan-x-action?a=b",
                "kamelet:caravan-x-action/id", "{{x}}", "kamelet:source");
    }

    @Test
    void noOtherAddresses() {
        assertEquals(List.of(),
                RouteRules.addresses(route("to: { uri: \"kamelet:caravan-x-action\" }"), Set.of("caravan-x-action")));
    }

    @Test
    void kameletsThatKeepTheirFailures() {
        String uri = "uri: \"kamelet:caravan-x-action\"";
        assertEquals(
                List.of("routes/x.camel.yaml: $[0].route.from.steps[0].to.parameters: expected noErrorHandler: true"),
                RouteRules.keptFailures(route("to: { " + uri + " }")));
        assertEquals(List.of(),
                RouteRules.keptFailures(route("to: { " + uri + ", parameters: { noErrorHandler: true } }")));
    }

    @Test
    void idsThatStandTwice() {
        BundleFile one = route("stop: { id: x }");
        assertEquals(List.of("routes/x.camel.yaml: $[0].route.from.steps[0].stop.id: x is also "
                + "routes/x.camel.yaml: $[0].route.id"), RouteRules.repeatedIds(List.of(one)));
    }

    private static final String KAMELET = """
        apiVersion: camel.apache.org/v1
        kind: Kamelet
        metadata:
          name: caravan-x-action
          labels:
            camel.apache.org/kamelet.type: action
        spec:
          definition:
            title: X
            description: Does X
            type: object
            required: [a]
            properties:
              a: { title: A, description: An A, type: string }
              b: { title: B, description: A B, type: string, default: b }
          dependencies:
            - camel:kamelet
            - camel:log
          template:
            beans:
              - name: c
                type: java.lang.Object
            from:
              id: x
              description: From
              uri: kamelet:source
              steps:
                - to: { id: y, description: Y, uri: log, parameters: { loggerName: "{{a}} {{?b}} {{c}} {{env:D}}" } }
        """;

    private static List<String> kameletOffences(String yaml) {
        return KameletRules.offences(BundleFile.of("kamelets/caravan-x-action.kamelet.yaml", yaml));
    }

    @Test
    void nothingInAKameletThatOthersCanUse() {
        assertEquals(List.of(), kameletOffences(KAMELET));
    }

    static Stream<Arguments> kamelets() {
        return Stream.of(
                Arguments.of("name: caravan-x-action", "name: caravan-y-action",
                        "metadata.name: expected caravan-x-action, found caravan-y-action"),
                Arguments.of("type: action", "type: sink",
                        "metadata.labels: the name should end like camel.apache.org/kamelet.type, which is sink"),
                Arguments.of("    description: Does X\n", "", "spec.definition: has no description"),
                Arguments.of("title: B, ", "", "spec.definition.properties.b: has no title"),
                Arguments.of(", default: b", "", "spec.definition.properties.b: neither required nor with a default"),
                Arguments.of("required: [a]", "required: [a, b]",
                        "spec.definition.properties.b: a required property has no use for a default"),
                Arguments.of("required: [a]", "required: [a, d]", "spec.definition.required: there is no property d"),
                Arguments.of("{{c}}", "{{d}}", "spec.template: {{d}} is neither a property nor a bean"),
                Arguments.of("{{c}}", "", "spec.template: nothing uses {{c}}"),
                Arguments.of(" {{?b}}", "", "spec.template: nothing uses {{b}}"),
                Arguments.of("uri: kamelet:source", "uri: direct",
                        "spec.template: an action or sink begins with kamelet:source"),
                Arguments.of("    - camel:log\n", "", "spec.dependencies: camel:log is missing"),
                Arguments.of("java.lang.Object", "java.lang.Objekt",
                        "spec.template.beans.c: there is no class java.lang.Objekt"));
    }

    @ParameterizedTest
    @MethodSource
    void kamelets(String text, String replacement, String offence) {
        String yaml = KAMELET.replace(text, replacement);
        assertNotEquals(KAMELET, yaml);
        String expected = "kamelets/caravan-x-action.kamelet.yaml: " + offence;
        List<String> offences = kameletOffences(yaml);
        assertTrue(offences.contains(expected), offences::toString);
    }
}
