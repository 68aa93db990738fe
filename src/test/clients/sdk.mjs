// Anthropic's TypeScript SDK does one thing after the other, against the server that ANTHROPIC_BASE_URL names, with the key in
// ANTHROPIC_API_KEY; what it saw of each is printed as one line of JSON.
//
//   node sdk.mjs stream|create|count|toolLoop '<parameters as JSON>'
//   node sdk.mjs models '{"limit":2}'
//   node sdk.mjs model <id>
//   node sdk.mjs stream '<parameters as JSON>' create '<parameters as JSON>' …
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ maxRetries: 0, timeout: 60_000 });

// The SDK's helper checks the order of the events and puts the message together.
async function streamed(parameters, events = []) {
  const stream = client.messages.stream(parameters);
  stream.on('streamEvent', (event) => events.push(event.type));
  const message = await stream.finalMessage();
  return { message, events };
}

// Calls tools that answer with their own name and input, until the model has no more calls to make.
async function looped(parameters, ask) {
  const messages = [...parameters.messages];
  let first;
  for (let turn = 1; turn <= 5; turn++) {
    const { message } = await ask({ ...parameters, messages });
    first ??= message;
    const calls = message.content.filter((block) => block.type === 'tool_use');
    if (calls.length === 0) {
      return { first, message, turns: turn };
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
}

const operations = {
  stream: (parameters) => streamed(parameters, seen.events),

  create: async (parameters) => ({ message: await client.messages.create(parameters) }),

  count: (parameters) => client.messages.countTokens(parameters),

  toolLoop: (parameters) => looped(parameters, streamed),

  // Without streams.
  toolLoopAtOnce: (parameters) => looped(parameters, operations.create),

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

let seen;
const steps = process.argv.slice(2);
while (steps.length > 0) {
  const [operation, argument] = steps.splice(0, 2);
  seen = { events: [] };
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
}
