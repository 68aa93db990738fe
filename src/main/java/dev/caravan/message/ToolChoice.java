package dev.caravan.message;

/**
 * How the model is to use its tools.
 *
 * @param name the tool it must call, only for {@link Mode#TOOL}
 * @param disableParallelToolUse whether at most one call is allowed
 */
public record ToolChoice(Mode mode, String name, boolean disableParallelToolUse) {
    /** AUTO: as it likes; ANY: at least one call; TOOL: this one; NONE: no call. */
    public enum Mode {
        AUTO, ANY, TOOL, NONE
    }
}
