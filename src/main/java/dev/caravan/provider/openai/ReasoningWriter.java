package dev.caravan.provider.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.caravan.config.OpenAiOptions.Effort;
import dev.caravan.config.OpenAiOptions.Reasoning;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.message.Thinking;
import dev.caravan.provider.BlockPath;
import dev.caravan.provider.OfferedTools;
import java.io.IOException;
import java.util.List;

/**
 * Writes whether and how much the model is to think, by the field that its provider has for it. The Messages API's effort wins
 * over a budget, which becomes an effort where nothing takes a budget.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI: reasoning_effort</a>
 * @see <a href="https://api-docs.deepseek.com/guides/thinking_mode">DeepSeek: thinking</a>
 * @see <a href="https://www.alibabacloud.com/help/en/model-studio/deep-thinking">Qwen: enable_thinking</a>
 * @see <a href="https://docs.vllm.ai/en/latest/features/reasoning_outputs/">vLLM: chat_template_kwargs</a>
 * @see <a href="https://openrouter.ai/docs/use-cases/reasoning-tokens">OpenRouter: reasoning</a>
 */
final class ReasoningWriter {
    private final Reasoning options;
    private final Effort effort;
    private final Thinking thinking;
    private final boolean callDemanded;

    ReasoningWriter(MessageRequest request, Reasoning options, String provider) {
        this.options = options;
        this.thinking = request.thinking();
        OfferedTools offered = OfferedTools.of(request, provider);
        this.callDemanded = offered.callDemanded() && !offered.tools().isEmpty();
        this.effort = nearest(request.effort() == null ? ofBudget() : asked(request.effort(), provider));
    }

    private static Effort asked(String effort, String provider) {
        return switch (effort) {
            case "low" -> Effort.LOW;
            case "medium" -> Effort.MEDIUM;
            case "high" -> Effort.HIGH;
            case "xhigh" -> Effort.XHIGH;
            case "max" -> Effort.MAX;
            default -> throw BlockPath.notCarried("output_config.effort",
                    "the unknown effort \"" + Text.excerpt(effort) + "\"", provider);
        };
    }

    private Effort ofBudget() {
        int budget = thinking == null ? 0 : thinking.budgetTokens();
        if (budget == 0) {
            return null;
        }
        return budget >= options.highFrom() ? Effort.HIGH : budget >= options.mediumFrom() ? Effort.MEDIUM : Effort.LOW;
    }

    /** The level next to the one that is wanted, the higher of two; no level but none stands for no reasoning. */
    private Effort nearest(Effort wanted) {
        List<Effort> levels = options.efforts().stream().filter(level -> level != Effort.NONE).toList();
        if (wanted == null || levels.isEmpty()) {
            return null;
        }
        Effort nearest = levels.getFirst();
        for (Effort level : levels) {
            if (distance(level, wanted) <= distance(nearest, wanted)) {
                nearest = level;
            }
        }
        return nearest;
    }

    private static int distance(Effort a, Effort b) {
        return Math.abs(a.ordinal() - b.ordinal());
    }

    private boolean off() {
        return thinking != null && !thinking.wanted();
    }

    /**
     * Whether a model is to be told that it must not think although nobody spoke of it: DeepSeek's and Qwen's think unless they are
     * told otherwise, and refuse the demand that a tool be called while they do.
     */
    private boolean inTheWay() {
        return thinking == null && callDemanded;
    }

    void write(JsonGenerator out) throws IOException {
        switch (options.request()) {
            case EFFORT -> effort(out);
            case THINKING -> {
                if (thinking != null || callDemanded) {
                    out.writeObjectFieldStart("thinking");
                    out.writeStringField("type", off() || inTheWay() ? "disabled" : "enabled");
                    out.writeEndObject();
                }
                if (!inTheWay()) {
                    effort(out);
                }
            }
            case ENABLE_THINKING -> {
                if (thinking != null || callDemanded) {
                    out.writeBooleanField("enable_thinking", !off() && !inTheWay());
                }
                if (thinking != null && thinking.budgetTokens() > 0) {
                    out.writeNumberField("thinking_budget", thinking.budgetTokens());
                }
            }
            case CHAT_TEMPLATE -> {
                if (thinking != null) {
                    out.writeObjectFieldStart("chat_template_kwargs");
                    out.writeBooleanField("enable_thinking", !off());
                    out.writeEndObject();
                }
                effort(out);
            }
            case REASONING -> reasoning(out);
            case NONE -> {
            }
        }
    }

    private void effort(JsonGenerator out) throws IOException {
        if (!off() && effort != null) {
            out.writeStringField("reasoning_effort", effort.id());
        } else if (off() && options.efforts().contains(Effort.NONE)) {
            out.writeStringField("reasoning_effort", Effort.NONE.id());
        }
    }

    /** OpenRouter takes an effort or a budget, not both. */
    private void reasoning(JsonGenerator out) throws IOException {
        int budget = thinking == null ? 0 : thinking.budgetTokens();
        if (thinking == null && effort == null) {
            return;
        }
        out.writeObjectFieldStart("reasoning");
        if (off()) {
            out.writeBooleanField("enabled", false);
        } else if (budget > 0) {
            out.writeNumberField("max_tokens", budget);
        } else if (effort != null) {
            out.writeStringField("effort", effort.id());
        } else {
            out.writeBooleanField("enabled", true);
        }
        out.writeEndObject();
    }
}
