package dev.caravan.message;

/**
 * A tool that the model may call.
 *
 * @param type null or {@code custom} for the client's own tools; a versioned name such as {@code web_search_20250305} for those
 *        that Anthropic defines
 * @param name the tool's name, null for a toolset that has none
 * @param description what it does, or null
 * @param inputSchema the JSON schema of its input, null for tools that Anthropic defines
 * @param strict whether the input must match the schema, null when not said
 */
public record Tool(String type, String name, String description, RawJson inputSchema, Boolean strict) {
    /** Whether this is the client's own tool, which any provider can offer to its model. */
    public boolean custom() {
        return type == null || "custom".equals(type);
    }
}
