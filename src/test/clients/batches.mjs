// Anthropic's TypeScript SDK leads the life of batches, against the server that ANTHROPIC_BASE_URL names, with the key in
// ANTHROPIC_API_KEY; what it saw is printed as one line of JSON.
//
//   node batches.mjs stable|beta '{"answered":[<requests>],"held":[<requests that are never answered>]}'
import Anthropic from '@anthropic-ai/sdk';
import { setTimeout as sleep } from 'node:timers/promises';

const client = new Anthropic({ maxRetries: 0, timeout: 60_000 });
const [part, argument] = process.argv.slice(2);
const { answered, held } = JSON.parse(argument);
const batches = part === 'beta' ? client.beta.messages.batches : client.messages.batches;

async function ended(id) {
  for (;;) {
    const batch = await batches.retrieve(id);
    if (batch.processing_status === 'ended') {
      return batch;
    }
    await sleep(50);
  }
}

async function results(id) {
  const types = {};
  for await (const { custom_id: customId, result } of await batches.results(id)) {
    types[customId] = result.type;
  }
  return types;
}

// What a call that fails throws.
async function thrown(call) {
  try {
    await call();
  } catch (error) {
    return { class: error.constructor.name, status: error.status ?? null, type: error.type ?? null };
  }
  return null;
}

const seen = {};
seen.created = await batches.create({ requests: answered, ...(part === 'beta' ? { betas: ['one', 'two'] } : {}) });
seen.ended = await ended(seen.created.id);
seen.results = await results(seen.created.id);

const running = await batches.create({ requests: held });
seen.deletedTooEarly = await thrown(() => batches.delete(running.id));
seen.canceling = await batches.cancel(running.id);
seen.canceled = await ended(running.id);
seen.canceledResults = await results(running.id);

seen.listed = [];
for await (const batch of batches.list({ limit: 1 })) {
  seen.listed.push(batch.id);
}
seen.deleted = await batches.delete(seen.created.id);
await batches.delete(running.id);
seen.gone = await thrown(() => batches.retrieve(seen.created.id));
seen.twice = await thrown(() => batches.create({ requests: [answered[0], answered[0]] }));
console.log(JSON.stringify(seen));
