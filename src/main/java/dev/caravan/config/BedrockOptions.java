package dev.caravan.config;

import java.util.List;
import java.util.Optional;

/**
 * What is particular to Bedrock.
 *
 * @param region  the AWS region that requests are signed for
 * @param profile the profile of AWS's configuration files that holds the credentials; empty for the default search
 * @param api     which operations to use; empty to have the model's name decide
 * @param betas   the beta features of the Messages API that may be passed on, since Bedrock refuses a request with any other
 */
public record BedrockOptions(String region, Optional<String> profile, Optional<Api> api, List<String> betas) {
    /**
     * What AWS documents for its Anthropic models.
     *
     * @see <a href=
     *      "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html">
     *      AWS: Anthropic Claude Messages API, request and response</a>
     */
    static final List<String> DOCUMENTED_BETAS = List.of("computer-use-2024-10-22", "computer-use-2025-01-24",
            "token-efficient-tools-2025-02-19", "interleaved-thinking-2025-05-14", "output-128k-2025-02-19",
            "dev-full-thinking-2025-05-14", "context-1m-2025-08-07", "context-management-2025-06-27",
            "effort-2025-11-24", "tool-search-tool-2025-10-19", "tool-examples-2025-10-29");

    public BedrockOptions {
        betas = List.copyOf(betas);
    }

    /** The operations of Bedrock that a model can be asked by. */
    public enum Api implements Named {
        /** Converse and ConverseStream: AWS's own format, the same for every model. */
        CONVERSE("converse"),
        /** InvokeModel and InvokeModelWithResponseStream: the Messages API itself, for Anthropic's models only. */
        INVOKE("invoke");

        private final String id;

        Api(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }
    }
}
