// Makes CALLS governed calls, 64 in flight, and prints what they left behind. Needs --expose-gc. SDK names the entry.
import { getEventListeners } from 'node:events';

const { SDK, URL: apiUrl, CALLS } = process.env;
const { instrument, flush, stats } = await import(SDK);
const stop = new AbortController();
let unhandled = 0;
process.on('unhandledRejection', () => (unhandled += 1));
let ran = 0;
const tool = { name: 'search', run: async (input) => ((ran += 1), input) };
instrument(
  { tools: [tool] },
  {
    apiUrl,
    apiKey: 'k',
    agentId: 'soak',
    tenantId: 'acme',
    approvedScope: ['search'],
    logger: {},
    signal: stop.signal,
    stepUpPollIntervalMs: 5,
    enforceTimeoutMs: 60_000,
    events: { batchSize: 100, queueLimit: 50_000 },
  },
);

let refused = 0;
async function calls(from, to) {
  let next = from;
  const lane = async () => {
    for (let n = next++; n < to; n = next++) await tool.run({ n }).catch(() => (refused += 1));
  };
  await Promise.all(Array.from({ length: 64 }, lane));
  while (!(await flush(5000)));
}

async function left() {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const resources = process.getActiveResourcesInfo();
  return {
    heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    listeners:
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0) +
      getEventListeners(stop.signal, 'abort').length,
    sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
    timers: resources.filter((name) => name === 'Timeout').length,
  };
}

const total = Number(CALLS);
const warm = Math.max(2000, total / 10);
await calls(0, warm);
const before = await left();
const begin = performance.now();
await calls(warm, warm + total);
const seconds = (performance.now() - begin) / 1000;
console.log(JSON.stringify({ before, after: await left(), seconds, ran, refused, unhandled, ...stats() }));
