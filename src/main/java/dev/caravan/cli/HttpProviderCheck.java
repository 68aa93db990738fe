package dev.caravan.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.config.AnthropicProvider;
import dev.caravan.config.BedrockProvider;
import dev.caravan.config.GeminiProvider;
import dev.caravan.config.HttpEndpoint;
import dev.caravan.config.HttpProvider;
import dev.caravan.config.OllamaProvider;
import dev.caravan.config.OpenAiProvider;
import dev.caravan.message.ApiException;
import dev.caravan.message.ApiVersion;
import dev.caravan.provider.bedrock.AwsSigner;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a provider over HTTP is there and takes the key, by asking for its list of models, or for a model that does not exist;
 * neither costs anything.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/models/list">OpenAI: List models</a>
 * @see <a href="https://platform.claude.com/docs/en/api/models-list">Anthropic: List models</a>
 * @see <a href="https://docs.ollama.com/api/tags">Ollama: List models</a>
 * @see <a href="https://ai.google.dev/api/models#method:-models.list">Gemini API: models.list</a>
 */
final class HttpProviderCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final byte[] NO_QUESTION = {'{', '}'};
    private static final int REDIRECT = 300;
    private static final int CLIENT_ERROR = 400;
    private static final int SERVER_ERROR = 500;

    private final HttpProvider provider;
    private final HttpEndpoint endpoint;
    private final Duration patience;
    /** The provider and where it is, without the path, which may be private. */
    private final String who;
    private final String settings;
    private final String credential;

    /**
     * What was found.
     *
     * @param finding the provider's state
     * @param models the models that it offers; empty when it did not say
     */
    record Result(Finding finding, Optional<List<String>> models) {}

    HttpProviderCheck(HttpProvider provider) {
        this.provider = provider;
        this.endpoint = provider.endpoint();
        Duration connect = endpoint.timeouts().connect();
        this.patience = connect.compareTo(PATIENCE) < 0 ? connect : PATIENCE;
        this.who = provider.name() + ": " + origin(endpoint.baseUrl());
        this.settings = "providers." + provider.name();
        this.credential = endpoint.apiKey().isPresent() ? "the key is" : "the AWS credentials are";
    }

    Result run() throws InterruptedException {
        try {
            HttpProbe.Reply reply = ask(true);
            if (provider instanceof BedrockProvider && (reply.status() == BAD_REQUEST || reply.status() == NOT_FOUND)) {
                return new Result(Finding.ok(who + " is reachable, " + credential + " accepted"), Optional.empty());
            }
            if (reply.status() == OK) {
                return listed(models(reply.body()));
            }
            return new Result(refused(reply), Optional.empty());
        } catch (ApiException e) {
            return new Result(Finding.problem(who + " cannot be asked: " + e.getMessage(),
                    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or profile or api-key of " + settings),
                    Optional.empty());
        } catch (IOException e) {
            return new Result(unreachable(NetworkFailure.of(e)), Optional.empty());
        } catch (IllegalArgumentException e) {
            // Its message may quote a header.
            return new Result(Finding.problem(who + " cannot be asked: Java refuses its URL or one of its headers",
                    "check base-url and headers of " + settings), Optional.empty());
        }
    }

    private URI url() {
        return URI.create(switch (provider) {
            case OpenAiProvider openai -> endpoint.baseUrl() + "/models"
                    + openai.options().access().apiVersion().map(version -> "?api-version=" + version).orElse("");
            case AnthropicProvider anthropic -> endpoint.baseUrl() + "/v1/models?limit=1000";
            case OllamaProvider ollama -> endpoint.baseUrl() + "/api/tags";
            case BedrockProvider bedrock -> endpoint.baseUrl() + "/model/caravan.doctor/converse";
            case GeminiProvider gemini -> endpoint.baseUrl() + "/v1beta/models?pageSize=1000";
        });
    }

    /** Bedrock lists models at another address; here it is asked for one that is not there, after a look at the credentials. */
    private HttpProbe.Reply ask(boolean withKey) throws IOException, InterruptedException {
        if (!(provider instanceof BedrockProvider bedrock)) {
            return HttpProbe.get(url(), headers(withKey), patience);
        }
        Map<String, String> headers = headers(withKey);
        headers.put("content-type", "application/json");
        if (endpoint.apiKey().isEmpty()) {
            headers.putAll(AwsSigner.of(bedrock).sign("POST", url(), headers, NO_QUESTION));
        }
        return HttpProbe.post(url(), headers, NO_QUESTION, patience);
    }

    private Map<String, String> headers(boolean withKey) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("accept", "application/json");
        headers.put("user-agent", "caravan");
        if (provider instanceof AnthropicProvider anthropic) {
            headers.put("anthropic-version", anthropic.version().orElse(ApiVersion.V2023_06_01.wireName()));
        }
        if (withKey && endpoint.apiKey().isPresent()) {
            String key = endpoint.apiKey().get().reveal();
            switch (provider) {
                case OpenAiProvider openai -> {
                    String header = openai.options().access().keyHeader();
                    headers.put(header, header.equals("authorization") ? "Bearer " + key : key);
                }
                case OllamaProvider ollama -> headers.put("authorization", "Bearer " + key);
                case BedrockProvider bedrock -> headers.put("authorization", "Bearer " + key);
                case AnthropicProvider anthropic -> headers.put("x-api-key", key);
                case GeminiProvider gemini -> headers.put("x-goog-api-key", key);
            }
        }
        endpoint.headers().forEach((name, value) -> headers.put(name, value.reveal()));
        return headers;
    }

    /** The ids in the list, which OpenAI and Anthropic write alike, and Gemini and Ollama nearly; empty when it is no such list. */
    private Optional<List<String>> models(byte[] body) {
        boolean isGemini = provider instanceof GeminiProvider;
        boolean isNamed = isGemini || provider instanceof OllamaProvider;
        try {
            JsonNode models = new ObjectMapper().readTree(body).path(isNamed ? "models" : "data");
            List<String> ids = new ArrayList<>();
            for (JsonNode model : models) {
                String id = model.path(isNamed ? "name" : "id").asText();
                ids.add(isGemini ? id.replaceFirst("^models/", "") : id);
            }
            return models.isArray() ? Optional.of(ids) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Result listed(Optional<List<String>> models) throws InterruptedException {
        if (models.isEmpty()) {
            return new Result(Finding.warning(who + " answers, but not with a list of models",
                    baseUrlAdvice()), models);
        }
        String offer = models.get().size() == 1 ? "1 model" : models.get().size() + " models";
        String key = endpoint.apiKey().isEmpty()
                ? ""
                : listIsPublic() ? "; the key was not tried, since that list needs none" : ", the key is accepted";
        return new Result(Finding.ok(who + " is reachable, " + offer + key), models);
    }

    private boolean listIsPublic() throws InterruptedException {
        try {
            return ask(false).status() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    private Finding refused(HttpProbe.Reply reply) {
        int status = reply.status();
        String answer = " (HTTP " + status + ")";
        return switch (status) {
            case 401, 403 -> provider instanceof BedrockProvider && endpoint.apiKey().isEmpty()
                    ? Finding.problem(who + " refuses the AWS credentials" + answer, "check them, the region of "
                            + settings + ", and that they may do bedrock:InvokeModel")
                    : endpoint.apiKey().isPresent()
                            ? Finding.problem(who + " refuses the key" + answer, "check " + settings + ".api-key")
                            : Finding.problem(who + " wants a key" + answer, "add api-key to " + settings);
            case 404, 405, 501 -> Finding
                    .warning(who + " answers, but has no list of models" + answer + ": the key was not tried",
                            baseUrlAdvice());
            case 429 -> Finding.warning(who + " takes no more requests right now" + answer,
                    "wait, or check the limits of your plan there");
            default -> unusual(reply);
        };
    }

    private Finding unusual(HttpProbe.Reply reply) {
        int status = reply.status();
        if (status >= SERVER_ERROR) {
            return Finding.problem(who + " fails (HTTP " + status + ")", "it may be down: try again later");
        }
        if (status >= REDIRECT && status < CLIENT_ERROR) {
            String target = reply.headers().firstValue("location").flatMap(this::originOf)
                    .map(origin -> " to " + origin).orElse("");
            return Finding.problem(
                    who + " redirects" + target + " (HTTP " + status + "), which Caravan does not follow",
                    "let " + settings + ".base-url name the place itself");
        }
        return Finding.warning(who + " answers HTTP " + status + " to the question for its models", baseUrlAdvice());
    }

    private Optional<String> originOf(String location) {
        try {
            URI target = endpoint.baseUrl().resolve(location);
            return target.getHost() == null ? Optional.empty() : Optional.of(TerminalText.line(origin(target), 200));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String baseUrlAdvice() {
        return "if requests fail as well, check " + settings + ".base-url" + switch (provider) {
            case OpenAiProvider openai -> ", which usually ends with /v1";
            case AnthropicProvider anthropic -> ", which ends before /v1/messages";
            case OllamaProvider ollama -> ", which ends before /api/chat";
            case BedrockProvider bedrock -> " and region";
            case GeminiProvider gemini -> ", which ends before /v1beta/models";
        };
    }

    private Finding unreachable(NetworkFailure failure) {
        String advice = switch (failure.kind()) {
            case UNKNOWN_HOST -> "check " + settings + ".base-url, and that this machine has a network";
            case REFUSED -> "start the server there, or check host and port of " + settings + ".base-url";
            case TIMEOUT -> "check " + settings + ".base-url; a firewall may be in the way, and Caravan uses no proxy";
            case TLS -> "check that the server speaks https, and that this Java trusts its certificate";
            case BROKEN -> "check " + settings + ".base-url: http or https, host and port";
        };
        return Finding.problem(who + " is not reachable: " + failure.text(), advice);
    }

    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
