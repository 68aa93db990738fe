package dev.caravan.config;

import dev.caravan.config.OpenAiOptions.Access;
import dev.caravan.config.OpenAiOptions.Content;
import dev.caravan.config.OpenAiOptions.Effort;
import dev.caravan.config.OpenAiOptions.Files;
import dev.caravan.config.OpenAiOptions.Images;
import dev.caravan.config.OpenAiOptions.MaxTokensField;
import dev.caravan.config.OpenAiOptions.Parameters;
import dev.caravan.config.OpenAiOptions.PrematureEnd;
import dev.caravan.config.OpenAiOptions.Reasoning;
import dev.caravan.config.OpenAiOptions.ReasoningReplay;
import dev.caravan.config.OpenAiOptions.ReasoningRequest;
import dev.caravan.config.OpenAiOptions.ServiceTier;
import dev.caravan.config.OpenAiOptions.StructuredOutput;
import dev.caravan.config.OpenAiOptions.ToolChoiceForm;
import dev.caravan.config.OpenAiOptions.ToolIds;
import dev.caravan.config.OpenAiOptions.ToolResults;
import dev.caravan.config.OpenAiOptions.Tools;
import dev.caravan.config.OpenAiOptions.UserField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what is special of a provider of the OpenAI dialect. What is not said is as {@link OpenAiOptions#DEFAULT} has it. */
final class OpenAiReader {

    static final List<String> KEYS = List.of("dialect", "preset", "base-url", "api-key", "headers", "timeouts",
            "models", "options", MediaFetchReader.KEY);
    private static final List<String> OPTIONS = List.of("max-tokens-field", "premature-end", "max-stop", "top-k",
            "stream-usage", "user-field", "structured-output", "service-tier", "tool-choice", "parallel-tool-calls",
            "strict-tools",
            "tool-ids", "reasoning", "efforts", "medium-effort-from", "high-effort-from", "reasoning-replay", "images",
            "files", "tool-results", "strict-turns", "key-header", "api-version");
    private static final int MOST_STOP = 1_000;
    private static final int MOST_TOKENS = 1_000_000_000;
    /** What a query can hold as it is: RFC 3986, section 2.3. */
    private static final Pattern API_VERSION = Pattern.compile("[A-Za-z0-9._~-]+");
    private static final Map<String, String> KEY_HEADERS = Map.of("authorization", "authorization", "api-key",
            "api-key");

    private final Optional<ConfigMap> options;

    private OpenAiReader(Optional<ConfigMap> options) {
        this.options = options;
    }

    /**
     * The options of a provider.
     *
     * @param maxTokensField the field that bounds the answer where it is not said
     */
    static OpenAiOptions read(ConfigMap provider, MaxTokensField maxTokensField) {
        return new OpenAiReader(provider.get("options").flatMap(
                node -> node.mapping("a mapping of " + String.join(", ", OPTIONS), OPTIONS))).all(maxTokensField);
    }

    private OpenAiOptions all(MaxTokensField maxTokensField) {
        OpenAiOptions usual = OpenAiOptions.DEFAULT;
        Parameters parameters = usual.parameters();
        Tools tools = usual.tools();
        Reasoning reasoning = usual.reasoning();
        Content content = usual.content();
        return new OpenAiOptions(choice("premature-end", PrematureEnd.values(), usual.prematureEnd()),
                new Access(get("key-header").flatMap(node -> node.choice("header", KEY_HEADERS))
                        .orElse(usual.access().keyHeader()), apiVersion()),
                new Parameters(choice("max-tokens-field", MaxTokensField.values(), maxTokensField),
                        number("max-stop", 0, MOST_STOP, parameters.maxStop()), bool("top-k", parameters.topK()),
                        bool("stream-usage", parameters.streamUsage()),
                        choice("user-field", UserField.values(), parameters.userField()),
                        choice("structured-output", StructuredOutput.values(), parameters.structuredOutput()),
                        choice("service-tier", ServiceTier.values(), parameters.serviceTier())),
                new Tools(choice("tool-choice", ToolChoiceForm.values(), tools.choice()),
                        bool("parallel-tool-calls", tools.parallel()), bool("strict-tools", tools.strict()),
                        choice("tool-ids", ToolIds.values(), tools.ids())),
                new Reasoning(choice("reasoning", ReasoningRequest.values(), reasoning.request()),
                        efforts().orElse(reasoning.efforts()),
                        number("medium-effort-from", 0, MOST_TOKENS, reasoning.mediumFrom()),
                        number("high-effort-from", 0, MOST_TOKENS, reasoning.highFrom()),
                        choice("reasoning-replay", ReasoningReplay.values(), reasoning.replay())),
                new Content(choice("images", Images.values(), content.images()),
                        choice("files", Files.values(), content.files()),
                        choice("tool-results", ToolResults.values(), content.toolResults()),
                        bool("strict-turns", content.strictTurns())));
    }

    private Optional<ConfigNode> get(String key) {
        return options.flatMap(map -> map.get(key));
    }

    private <T extends Named> T choice(String key, T[] choices, T usual) {
        String what = key.endsWith("field") ? "field" : "value";
        return get(key).flatMap(node -> node.choice(what, Named.byId(choices))).orElse(usual);
    }

    private int number(String key, int least, int most, int usual) {
        return get(key).flatMap(node -> node.integer(least, most)).orElse(usual);
    }

    private boolean bool(String key, boolean usual) {
        return get(key).flatMap(ConfigNode::bool).orElse(usual);
    }

    private Optional<List<Effort>> efforts() {
        return get("efforts").map(node -> {
            List<Effort> efforts = new ArrayList<>();
            for (ConfigNode item : node.list("a list of levels of effort")) {
                item.choice("effort", Named.byId(Effort.values())).ifPresent(efforts::add);
            }
            efforts.sort(null);
            return efforts;
        });
    }

    private Optional<String> apiVersion() {
        return get("api-version").flatMap(node -> node.scalar("a version as text", text -> text).filter(text -> {
            boolean plain = API_VERSION.matcher(text).matches();
            if (!plain) {
                node.expected("a version of letters, digits, `.` and `-`");
            }
            return plain;
        }));
    }
}
