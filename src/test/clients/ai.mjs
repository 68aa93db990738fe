// The AI SDK does one thing after the other, against the server that BASE_URL names, with the key in API_KEY; what it saw of each is
// printed as one line of JSON. Its tools are called as TOOLS says, with commas between.
//
//   node ai.mjs compatible|openai|anthropic <model> stream|generate|object <prompt> stream|generate|object <prompt> …
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

const [provider, model, ...steps] = process.argv.slice(2);
const parameters = {
  model: providers[provider](model),
  maxRetries: 0,
  maxOutputTokens: 64,
};
const withTools = {
  ...parameters,
  tools: Object.fromEntries(process.env.TOOLS.split(',').map((name) => [name, echo(name)])),
  stopWhen: stepCountIs(5),
};

const operations = {
  async stream(prompt) {
    const errors = [];
    const result = streamText({ ...withTools, prompt, onError: ({ error }) => errors.push(error) });
    const parts = [];
    for await (const part of result.fullStream) {
      parts.push(part.type);
    }
    if (errors.length > 0) {
      return { parts, error: described(errors[0]) };
    }
    return { parts, ...(await told(result)) };
  },

  async generate(prompt) {
    return told(await generateText({ ...withTools, prompt }));
  },

  async object(prompt) {
    const schema = jsonSchema({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    });
    const result = await generateText({ ...parameters, prompt, output: Output.object({ schema }) });
    return { object: result.output };
  },
};

async function told(result) {
  const steps = await result.steps;
  return {
    text: await result.text,
    reasoning: await result.reasoningText,
    first: {
      text: steps[0].text,
      reasoning: steps[0].reasoningText,
      calls: steps[0].toolCalls.map(({ toolName, input }) => `${toolName} ${JSON.stringify(input)}`),
      finishReason: steps[0].finishReason,
    },
    finishReason: await result.finishReason,
    steps: steps.length,
    usage: await result.totalUsage,
  };
}

function described(error) {
  return { class: error?.name ?? typeof error, status: error?.statusCode ?? null, message: error?.message ?? JSON.stringify(error) };
}

while (steps.length > 0) {
  const [operation, prompt] = steps.splice(0, 2);
  let result;
  try {
    result = await operations[operation](prompt);
  } catch (error) {
    result = { error: described(error) };
  }
  console.log(JSON.stringify(result));
}
