/**
 * Ollama's own chat API, {@code POST /api/chat}: a line of JSON for each piece of the reply. A pure codec, bytes to bytes: it
 * knows neither HTTP nor Camel. Sources: <a href="https://docs.ollama.com/api/chat">Ollama: Generate a chat message</a>,
 * <a href="https://docs.ollama.com/api/errors">Ollama: Errors</a>,
 * <a href="https://docs.ollama.com/capabilities/thinking">Ollama: Thinking</a>.
 */
package dev.caravan.provider.ollama;
