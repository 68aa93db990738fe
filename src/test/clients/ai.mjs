// The AI SDK does one thing, against the server that BASE_URL names, with the key in API_KEY; what it saw is printed as one line of
// JSON.
//
//   node ai.mjs compatible|openai|anthropic stream|generate|object <model>
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';

globalThis.AI_SDK_LOG_WARNINGS = false; // they would go to standard output

const settings = { baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY };
const providers = {
  compatible: (model) => createOpenAICompatible({ name: 'caravan', includeUsage: true, ...settings }).chatModel(model),
  openai: (model) => createOpenAI(settings).chat(model),
  anthropic: (model) => createAnthropic(settings)(model),
};

const echo = (name) =>
  tool({
    description: `Looks up ${name}`,
    inputSchema: jsonSchema({ type: 'object', additionalProperties: true }),
    execute: async (input) => `${name} ${JSON.stringify(input)}`,
  });

const [provider, operation, model] = process.argv.slice(2);
const parameters = {
  model: providers[provider](model),
  prompt: process.env.PROMPT,
  maxRetries: 0,
  maxOutputTokens: 64,
};
const withTools = {
  ...parameters,
  tools: { weather: echo('weather'), time: echo('time') },
  stopWhen: stepCountIs(5),
};

const operations = {
  async stream() {
    const errors = [];
    const result = streamText({ ...withTools, onError: ({ error }) => errors.push(error) });
    const parts = [];
    for await (const part of result.fullStream) {
      parts.push(part.type);
    }
    if (errors.length > 0) {
      return { parts, error: described(errors[0]) };
    }
    return { parts, ...(await told(result)) };
  },

  async generate() {
    return told(await generateText(withTools));
  },

  async object() {
    const schema = jsonSchema({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    });
    const result = await generateText({ ...parameters, output: Output.object({ schema }) });
    return { object: result.output };
  },
};

async function told(result) {
  return {
    text: await result.text,
    reasoning: await result.reasoningText,
    finishReason: await result.finishReason,
    steps: (await result.steps).length,
    usage: await result.totalUsage,
  };
}

function described(error) {
  return { class: error?.name ?? typeof error, status: error?.statusCode ?? null, message: error?.message ?? JSON.stringify(error) };
}

let result;
try {
  result = await operations[operation]();
} catch (error) {
  result = { error: described(error) };
}
console.log(JSON.stringify(result));
