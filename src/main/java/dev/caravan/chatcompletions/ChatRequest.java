package dev.caravan.chatcompletions;

/**
 * A request of chat completions, translated.
 *
 * @param body the request in the Messages API, JSON in UTF-8
 * @param includeUsage whether the client wants the usage at the end of its stream
 * @param functions whether the client offers its tools as the {@code functions} of old, and wants calls told like that
 * @param seed what makes sampling repeatable, for models that have such a thing; null when not said
 * @param paths where the fields of {@code body} came from
 */
record ChatRequest(byte[] body, boolean includeUsage, boolean functions, Long seed, FieldPaths paths) {
    /** The name of the exchange property that holds it. */
    static final String PROPERTY = "caravanChatRequest";
}
