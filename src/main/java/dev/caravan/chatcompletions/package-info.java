/**
 * The door for OpenAI's clients: a request of chat completions becomes one of the Messages API, a message's events become chunks,
 * a message becomes a completion, a failure is told in OpenAI's envelope. What is lost on the way, and what is refused for it, is
 * listed in docs/openai-clients.md.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat">OpenAI: Chat Completions</a>
 */
package dev.caravan.chatcompletions;
