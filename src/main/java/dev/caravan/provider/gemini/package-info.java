/**
 * The Gemini dialect: {@code generateContent} and {@code streamGenerateContent} of Google's Gemini API. A pure codec, bytes to
 * bytes, but for {@link dev.caravan.provider.gemini.GeminiDialect}, which knows where the requests go.
 *
 * <p>
 * Thought signatures. Gemini signs its reasoning, mostly on a function call, and Gemini 3 refuses a conversation whose calls
 * come back without. The Messages API has a signature on thinking blocks only, so a thinking block carries it, right before the
 * block that it belongs to, and without text when the model told no thought. Clients send thinking blocks back as they are,
 * because Anthropic's own models want that too, and blocks without text are what those send when thoughts are not to be shown.
 * The signature begins like all that Caravan mints, so the block is left out for other providers. A signature behind a text
 * that has already been told is dropped: Gemini does without it, and clients that take the last block for the answer do not do
 * with a thinking block there.
 *
 * <p>
 * Sources: <a href="https://ai.google.dev/api/generate-content">Gemini API: generating content</a>,
 * <a href="https://ai.google.dev/api/caching#Schema">Schema</a>,
 * <a href="https://ai.google.dev/gemini-api/docs/function-calling">function calling</a>,
 * <a href="https://ai.google.dev/gemini-api/docs/thinking">thinking</a>,
 * <a href="https://ai.google.dev/gemini-api/docs/thought-signatures">thought signatures</a>.
 */
package dev.caravan.provider.gemini;
