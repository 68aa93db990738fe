package dev.caravan.provider;

import dev.caravan.message.ApiException;
import dev.caravan.message.MessageRequest;
import dev.caravan.message.Text;
import dev.caravan.message.Tool;
import dev.caravan.message.ToolChoice;
import java.util.List;
import java.util.Objects;

/**
 * The tools of a request that a provider other than Anthropic can offer to its model. Tools without a schema run at Anthropic;
 * nobody else has them, so they are left out, and so is a choice that names one.
 *
 * @param tools those with a schema, in their order
 * @param choice how to choose among them; null when not said, or when it names a tool that was left out
 */
public record OfferedTools(List<Tool> tools, ToolChoice choice) {
    public OfferedTools {
        tools = List.copyOf(tools);
    }

    /**
     * The tools of a request.
     *
     * @param provider the name of the provider that it is for
     * @throws ApiException 400 when the request demands a tool that it does not declare
     */
    public static OfferedTools of(MessageRequest request, String provider) {
        List<Tool> tools = request.tools().stream().filter(tool -> tool.name() != null && tool.inputSchema() != null)
                .toList();
        ToolChoice choice = request.toolChoice();
        if (choice == null || choice.mode() != ToolChoice.Mode.TOOL || isAmong(tools, choice)) {
            return new OfferedTools(tools, choice);
        }
        if (!isAmong(request.tools(), choice)) {
            throw BlockPath.notCarried("tool_choice.name",
                    "the demand for \"" + Text.excerpt(choice.name()) + "\", which is not declared in tools,",
                    provider);
        }
        return new OfferedTools(tools, null);
    }

    private static boolean isAmong(List<Tool> tools, ToolChoice choice) {
        return tools.stream().anyMatch(tool -> Objects.equals(tool.name(), choice.name()));
    }

    /** Whether the model is to call a tool, one or any. */
    public boolean callDemanded() {
        return choice != null && (choice.mode() == ToolChoice.Mode.ANY || choice.mode() == ToolChoice.Mode.TOOL);
    }

    /** Whether the model is to call none. */
    public boolean callForbidden() {
        return choice != null && choice.mode() == ToolChoice.Mode.NONE;
    }

    /** The same with no other tool than the one that is demanded; this when none is. */
    public OfferedTools onlyDemanded() {
        if (choice == null || choice.mode() != ToolChoice.Mode.TOOL) {
            return this;
        }
        return new OfferedTools(tools.stream().filter(tool -> tool.name().equals(choice.name())).toList(),
                new ToolChoice(ToolChoice.Mode.ANY, null, choice.disableParallelToolUse()));
    }
}
