// OpenAI's Node.js SDK does one thing after the other, against the server that OPENAI_BASE_URL names, with the key in
// OPENAI_API_KEY; what it saw of each is printed as one line of JSON.
//
//   node openai.mjs stream|create|toolLoop '<parameters as JSON>'
//   node openai.mjs models
//   node openai.mjs model <id>
//   node openai.mjs stream '<parameters as JSON>' create '<parameters as JSON>' …
import OpenAI from 'openai';

const client = new OpenAI({ maxRetries: 0, timeout: 60_000 });

const operations = {
  // The SDK's helper checks the chunks and puts the completion together.
  async stream(parameters) {
    const stream = client.chat.completions.stream(parameters);
    stream.on('chunk', (chunk) => (seen.chunks += 1));
    return { completion: await stream.finalChatCompletion() };
  },

  create: async (parameters) => ({ completion: await client.chat.completions.create(parameters) }),

  // The SDK's own runner calls the tools, which answer with their name and input, until the model has no more calls to make.
  async toolLoop(parameters) {
    const tools = parameters.tools.map((tool) => ({
      type: 'function',
      function: {
        ...tool.function,
        parse: JSON.parse,
        function: (input) => `${tool.function.name} ${JSON.stringify(input)}`,
      },
    }));
    const runner = client.chat.completions.runTools({ ...parameters, tools });
    const text = await runner.finalContent();
    return { text, messages: runner.messages, usage: await runner.totalUsage() };
  },

  async models() {
    const ids = [];
    for await (const model of client.models.list()) {
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
  seen = { chunks: 0 };
  let result;
  try {
    result = await operations[operation](operation === 'model' ? argument : JSON.parse(argument ?? 'null'));
  } catch (error) {
    result = {
      ...seen,
      error: {
        class: error.constructor.name,
        status: error.status ?? null,
        type: error.type ?? null,
        code: error.code ?? null,
        param: error.param ?? null,
        message: error.message,
        requestId: error.requestID ?? null,
      },
    };
  }
  console.log(JSON.stringify(result));
}
