/**
 * The chat completions dialect: what OpenAI defined and most servers of models speak. A pure codec, bytes to bytes: it knows
 * neither HTTP nor Camel.
 *
 * <p>
 * Where servers differ from OpenAI and from each other the decoder takes every form that was seen on the wire. Sources:
 * <a href="https://github.com/openai/openai-openapi">OpenAI's OpenAPI description</a>,
 * <a href="https://api-docs.deepseek.com/guides/thinking_mode">DeepSeek: thinking mode</a>,
 * <a href="https://console.groq.com/docs/reasoning">Groq: reasoning</a>,
 * <a href="https://openrouter.ai/docs/api-reference/errors">OpenRouter: errors</a>,
 * <a href="https://docs.mistral.ai/capabilities/reasoning/">Mistral: reasoning</a>,
 * <a href="https://docs.vllm.ai/en/latest/features/reasoning_outputs/">vLLM: reasoning outputs</a>.
 */
package dev.caravan.provider.openai;
