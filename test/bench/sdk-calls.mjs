// One process, several ways to make the same call, in alternating blocks. Prints medians in ms and calls per second.
import { Pool } from 'undici';
import { awaitingLoop } from './awaiting-loop.mjs';

const { SDK, ANSWERING, SILENT, SLOW } = process.env;
const { instrument } = await import(SDK);
const BLOCK = 150;
const BLOCKS = 30;
const input = { query: 'retention policy', limit: 10 };

function governed(apiUrl) {
  const tool = { name: 'search', run: async (value) => value };
  const identity = { apiKey: 'k', agentId: 'bench', tenantId: 'acme', approvedScope: ['search'] };
  instrument({ tools: [tool] }, { apiUrl, ...identity, logger: {}, historyLimit: 8 });
  return () => tool.run(input);
}

function bare(apiUrl) {
  const pool = new Pool(apiUrl, { connections: 16 });
  // The check of the SDK, byte for byte as long.
  const body = JSON.stringify({
    request_id: '8f8b46c2-3f0b-4d53-9f2c-0a1f6d0b7002',
    occurred_at: new Date().toISOString(),
    agent_id: 'bench',
    tenant_id: 'acme',
    user_id: 'system',
    tool_name: 'search',
    session_id: '3f0c1c1e-6a0e-4f6e-9a55-6a7f3ad5e001',
    session_tool_calls: Array.from({ length: 8 }, () => 'search'),
    approved_scope: ['search'],
    enforcement_mode: 'block',
    environment: 'prod',
    enforcement_trace_id: '3f0c1c1e-6a0e-4f6e-9a55-6a7f3ad5e001',
    action_attestation_id: '3f0c1c1e-6a0e-4f6e-9a55-6a7f3ad5e001',
    identity_binding: { agent_id: 'bench', tenant_id: 'acme', user_id: 'system' },
    tool_args: input,
  });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer k', 'x-api-key': 'k' };
  return async () => {
    const reply = await pool.request({ path: '/v1/enforce', method: 'POST', headers, body });
    return reply.body.json();
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const ways = { bare: bare(ANSWERING), governed: governed(ANSWERING), silent: governed(SILENT) };
const times = { bare: [], governed: [], silent: [] };
for (let block = -4; block < BLOCKS; block += 1) {
  const names = Object.keys(ways);
  if (block % 2 !== 0) names.reverse();
  for (const name of names) {
    for (let call = 0; call < BLOCK; call += 1) {
      const begin = performance.now();
      await ways[name]();
      if (block >= 0) times[name].push(performance.now() - begin);
    }
  }
}

/** Calls per second of both ways against one enforcer, alternating; the median of the ratios. */
async function rates(apiUrl, calls) {
  const loop = awaitingLoop(apiUrl);
  const own = governed(apiUrl);
  const rounds = [];
  const rate = async (call, count) => {
    const begin = performance.now();
    for (let n = 0; n < count; n += 1) await call();
    return count / ((performance.now() - begin) / 1000);
  };
  for (let round = -1; round < 5; round += 1) {
    const awaited = await rate(() => loop.run(input), calls);
    const ours = await rate(own, calls * 5);
    if (round >= 0) rounds.push({ awaited, ours, ratio: ours / awaited });
  }
  await loop.close();
  return {
    ratio: median(rounds.map(({ ratio }) => ratio)),
    ours: median(rounds.map(({ ours }) => ours)),
    awaited: median(rounds.map(({ awaited }) => awaited)),
  };
}

const result = {
  bare: median(times.bare),
  governed: median(times.governed),
  silent: median(times.silent),
  instant: await rates(ANSWERING, 300),
  slow: await rates(SLOW, 60),
};
console.log(JSON.stringify(result));
process.exit(0);
