package dev.caravan.provider.translation;

import dev.caravan.config.AnthropicProvider;
import dev.caravan.config.BedrockProvider;
import dev.caravan.config.GeminiProvider;
import dev.caravan.config.OllamaProvider;
import dev.caravan.config.OpenAiProvider;
import dev.caravan.config.Provider;
import dev.caravan.config.ProviderBuilder;
import dev.caravan.message.ApiVersion;
import dev.caravan.message.Call;
import dev.caravan.message.RequestDecoder;
import dev.caravan.provider.EncodeRequest;
import dev.caravan.provider.HttpDialect;
import dev.caravan.provider.anthropic.AnthropicDialect;
import dev.caravan.provider.bedrock.BedrockDialect;
import dev.caravan.provider.exec.ExecEncode;
import dev.caravan.provider.gemini.GeminiDialect;
import dev.caravan.provider.ollama.OllamaDialect;
import dev.caravan.provider.openai.OpenAiDialect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/**
 * A provider that a request can go to, with the step that encodes it in the provider's route.
 *
 * @param column the column of the tables that it stands in
 * @param variant what tells it from others of the column: a preset, or whose model; empty where there are no others
 * @param model the model's name at the provider
 * @param ownSignature the signature of a thinking block that came of this provider; {@code MARKER} stands where it holds what the
 *        provider itself signed with
 * @param dialect what it speaks; null for a process
 */
record Target(String column, String variant, String model, String ownSignature, HttpDialect dialect) {
    /** The provider's name, which stands in each refusal. */
    static final String PROVIDER = "home";

    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    /** Those of the columns, in the order of the columns. */
    static final List<Target> ALL = Stream.of(Stream.of(anthropic()), bedrock(), gemini(), Stream.of(ollama()),
            openai(), Stream.of(new Target("exec", "", "m", "caravan:MARKER", null))).flatMap(all -> all).toList();

    private static Provider provider(String settings) {
        ProviderBuilder builder = new ProviderBuilder();
        builder.setName(PROVIDER);
        builder.setSettings(settings);
        return builder.build();
    }

    private static Target anthropic() {
        AnthropicProvider provider = (AnthropicProvider) provider(
                "dialect: anthropic\nbase-url: \"http://home\"\napi-key: key");
        return new Target("anthropic", "", "m", "MARKER", new AnthropicDialect(provider));
    }

    private static Stream<Target> bedrock() {
        BedrockDialect invoke = bedrock("invoke");
        BedrockDialect converse = bedrock("converse");
        return Stream.of(new Target("bedrock, Invoke", "", "anthropic.claude-x", "MARKER", invoke),
                converse("Anthropic", "anthropic.claude-x", "MARKER", converse),
                converse("Amazon", "amazon.nova-x", "caravan:bedrock:MARKER", converse),
                converse("OpenAI", "openai.gpt-oss-x", "caravan:bedrock:MARKER", converse),
                converse("Mistral", "mistral.x", "caravan:bedrock:MARKER", converse),
                converse("other known vendors", "meta.llama-x", "caravan:bedrock:MARKER", converse),
                converse("vendor unknown", "arn:aws:bedrock:eu-west-1:1:application-inference-profile/x", "MARKER",
                        converse));
    }

    private static BedrockDialect bedrock(String api) {
        return new BedrockDialect((BedrockProvider) provider(
                "dialect: bedrock\napi-key: key\nregion: eu-west-1\napi: " + api));
    }

    private static Target converse(String vendor, String model, String signature, HttpDialect dialect) {
        return new Target("bedrock, Converse", vendor, model, signature, dialect);
    }

    private static Stream<Target> gemini() {
        GeminiDialect dialect = new GeminiDialect((GeminiProvider) provider("dialect: gemini\napi-key: key"));
        return Stream.of(gemini("before 2.5, Gemma", "gemini-2.0-flash", dialect),
                gemini("2.5", "gemini-2.5-flash", dialect), gemini("3", "gemini-3-flash", dialect));
    }

    private static Target gemini(String generation, String model, HttpDialect dialect) {
        return new Target("gemini", generation, model, "caravan:gemini:own:MARKER", dialect);
    }

    private static Target ollama() {
        OllamaProvider provider = (OllamaProvider) provider("dialect: ollama");
        return new Target("ollama", "", "m", "caravan:ollama", new OllamaDialect(provider));
    }

    private static Stream<Target> openai() {
        Stream<Target> plain = Stream.of(openai("no preset", "base-url: \"http://home/v1\""));
        return Stream.concat(plain,
                Stream.of("openai", "openrouter", "groq", "deepseek", "mistral", "xai", "qwen", "together", "fireworks",
                        "ollama", "vllm", "llama-cpp", "lm-studio", "mlx-lm-server", "azure-openai")
                        .map(preset -> openai(preset, "base-url: \"http://home/v1\"\npreset: " + preset)));
    }

    private static Target openai(String preset, String settings) {
        OpenAiProvider provider = (OpenAiProvider) provider("dialect: openai\napi-key: key\n" + settings);
        return new Target("openai", preset, "m", "caravan:openai", new OpenAiDialect(provider));
    }

    @Override
    public String toString() {
        return variant.isEmpty() ? column : column + ": " + variant;
    }

    /** Whether the provider gets the Messages API's own vocabulary. */
    boolean speaksMessagesApi() {
        return column.equals("anthropic") || column.equals("bedrock, Invoke") || column.equals("exec");
    }

    /**
     * What the provider gets for a request: the rest of the URL, where that says something, and the body.
     *
     * @throws dev.caravan.message.ApiException where it is refused
     */
    String encoded(String request) {
        Call call = new Call();
        call.setRequest(RequestDecoder.decode(request.getBytes(StandardCharsets.UTF_8), ApiVersion.V2023_06_01));
        call.setTarget(new Call.Target(PROVIDER, model));
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.setProperty(Call.PROPERTY, call);
        Processor encoder = dialect == null ? new ExecEncode() : new EncodeRequest(dialect);
        try {
            encoder.process(exchange);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        Map<String, Object> headers = exchange.getMessage().getHeaders();
        String url = Objects.toString(headers.get(Exchange.HTTP_PATH), "") + "?"
                + Objects.toString(headers.get(Exchange.HTTP_QUERY), "");
        String body = new String((byte[]) exchange.getMessage().getBody(), StandardCharsets.UTF_8);
        return url + "\n" + body.replace(call.getMessageId(), "msg_1");
    }
}
