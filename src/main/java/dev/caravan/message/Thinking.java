package dev.caravan.message;

/**
 * Whether and how long the model is to reason before it answers.
 *
 * @param mode as on the wire: {@code enabled}, {@code disabled}, {@code adaptive}, {@code between_tools}
 * @param budgetTokens the budget of {@code enabled}, 0 otherwise
 */
public record Thinking(String mode, int budgetTokens) {
    /** Whether the request asks for reasoning at all. */
    public boolean wanted() {
        return !"disabled".equals(mode);
    }
}
