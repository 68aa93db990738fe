// Anthropic's TypeScript SDK does one thing, against the server that ANTHROPIC_BASE_URL names, with the key in
// ANTHROPIC_API_KEY; what it saw is printed as one line of JSON.
//
//   node sdk.mjs stream|create|count|toolLoop '<parameters as JSON>'
//   node sdk.mjs models '{"limit":2}'
//   node sdk.mjs model <id>
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ maxRetries: 0, timeout: 60_000 });

// The SDK's helper checks the order of the events and puts the message together.
async function streamed(parameters, events = []) {
  const stream = client.messages.stream(parameters);
  stream.on('streamEvent', (event) => events.push(event.type));
  const message = await stream.finalMessage();
  return { message, events };
}

const operations = {
  stream: (parameters) => streamed(parameters, seen.events),

  create: async (parameters) => ({ message: await client.messages.create(parameters) }),

  count: (parameters) => client.messages.countTokens(parameters),

  // Calls tools that answer with their own name and input, until the model has no more calls to make.
  async toolLoop(parameters) {
    const messages = [...parameters.messages];
    for (let turn = 1; turn <= 5; turn++) {
      const { message } = await streamed({ ...parameters, messages });
      const calls = message.content.filter((block) => block.type === 'tool_use');
      if (calls.length === 0) {
        return { message, turns: turn };
      }
      messages.push({ role: 'assistant', content: message.content });
      messages.push({
        role: 'user',
        content: calls.map(({ id, name, input }) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: `${name} ${JSON.stringify(input)}`,
        })),
      });
    }
    throw new Error('the model never stops calling tools');
  },

  // Every page, by following them.
  async models(query) {
    const ids = [];
    for await (const model of client.models.list(query)) {
      ids.push(model.id);
    }
    return { ids };
  },

  model: (id) => client.models.retrieve(id),
};

const seen = { events: [] };
const [operation, argument] = process.argv.slice(2);
let result;
try {
  result = await operations[operation](operation === 'model' ? argument : JSON.parse(argument));
} catch (error) {
  result = {
    ...seen,
    error: {
      class: error.constructor.name,
      status: error.status ?? null,
      type: error.type ?? null,
      message: error.message,
      requestId: error.requestID ?? null,
      retryAfter: error.headers?.get?.('retry-after') ?? null,
    },
  };
}
console.log(JSON.stringify(result));
