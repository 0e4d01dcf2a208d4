import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFastEnforcer } from '../sdk/faults/soak.js';
import { executeKey, startBenchServer } from './local-server.js';
import { barelyProxied, directly, governed, type EchoClient } from './mcp-clients.js';
import type { Figure } from './report.js';
import { median } from './timing.js';

const BLOCK = 100;
const BLOCKS = 20;
/** What each process runs first: a session's steady state is measured, not its compiler. */
const WARM_UP_CALLS = 3000;
const CONNECTIONS = 30;
const IN_FLIGHT = 16;
const PARALLEL_CALLS = 1500;
const PARALLEL_ROUNDS = 4;
const LARGE = 'm'.repeat(1024 * 1024);
const LARGE_CALLS = 24;

/**
 * An MCP echo call through the official client: direct, and under `thothctl run` with an enforcer that answers from
 * memory, so that only the proxy is measured. The durable control plane stands beside it, and the least that could stand
 * between client and server and ask: two more pipes and a round trip of HTTP, which is what the machine itself costs.
 */
export async function mcp(): Promise<Figure[]> {
  const enforcer = await startFastEnforcer();
  const server = await startBenchServer();
  try {
    const keyFile = join(server.home, 'key');
    writeFileSync(keyFile, await executeKey(server), { mode: 0o600 });
    const ways = {
      direct: directly(server.env),
      bare: barelyProxied(server.env, enforcer.url),
      governed: governed(server.env, enforcer.url, keyFile),
      durable: governed(server.env, server.url, keyFile),
    };
    const connecting = await alternate(
      { direct: ways.direct, governed: ways.governed },
      CONNECTIONS,
      connectMs,
    );
    const clients = {
      direct: await ways.direct(),
      bare: await ways.bare(),
      governed: await ways.governed(),
      durable: await ways.durable(),
    };
    const { direct, governed: proxied } = clients;
    try {
      for (const client of Object.values(clients))
        for (let call = 0; call < WARM_UP_CALLS; call++) await client.call('hello');
      const alone = await alternate(clients, BLOCKS, callsInTurn);
      const parallel = await alternate({ direct, proxied }, PARALLEL_ROUNDS, callsAtOnce);
      const large = await alternate({ direct, proxied }, LARGE_CALLS, async (client) => [
        await client.call(LARGE),
      ]);
      return figures(connecting, alone, parallel, large);
    } finally {
      for (const client of Object.values(clients)) await client.close();
    }
  } finally {
    enforcer.stop();
    await server.stop();
  }
}

/** Takes the same measurement of each subject in turn, in the opposite order every second round, after one for nothing. */
async function alternate<Name extends string, Subject>(
  subjects: Record<Name, Subject>,
  rounds: number,
  measure: (subject: Subject) => Promise<readonly number[]>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(subjects) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = -1; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const measured = await measure(subjects[name]);
      if (round >= 0) values[name].push(...measured);
    }
  }
  return values;
}

async function connectMs(way: () => Promise<EchoClient>): Promise<number[]> {
  const client = await way();
  await client.close();
  return [client.connectMs];
}

async function callsInTurn(client: EchoClient): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < BLOCK; call++) times.push(await client.call('hello'));
  return times;
}

/** Calls per second. */
async function callsAtOnce(client: EchoClient): Promise<number[]> {
  let left = PARALLEL_CALLS;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await client.call('hello');
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return [PARALLEL_CALLS / ((performance.now() - begun) / 1000)];
}

function figures(
  connecting: Record<'direct' | 'governed', number[]>,
  alone: Record<'direct' | 'bare' | 'governed' | 'durable', number[]>,
  parallel: Record<'direct' | 'proxied', number[]>,
  large: Record<'direct' | 'proxied', number[]>,
): Figure[] {
  const section = 'mcp';
  const direct = median(alone.direct);
  const against = (value: number, unit: string): string => `direct ${Math.round(value)}${unit}`;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  return [
    { section, name: 'echo call, direct, median', value: direct, unit: 'ms' },
    {
      section,
      name: 'added by a bare proxy that asks it, median',
      value: median(alone.bare) - direct,
      unit: 'ms',
    },
    {
      section,
      name: 'added by the proxy, enforcer in memory, median',
      value: median(alone.governed) - direct,
      unit: 'ms',
      limit: { atMost: 0.3 },
    },
    {
      section,
      name: 'added with durable evidence, median',
      value: median(alone.durable) - direct,
      unit: 'ms',
      limit: { atMost: 0.5 },
    },
    {
      section,
      name: 'governed calls, one after the other',
      value: 1000 / mean(alone.governed),
      unit: '/s',
      limit: { atLeast: 1500 },
      note: against(1000 / mean(alone.direct), '/s'),
    },
    {
      section,
      name: `governed calls, ${IN_FLIGHT} in flight`,
      value: median(parallel.proxied),
      unit: '/s',
      limit: { atLeast: 3000 },
      note: against(median(parallel.direct), '/s'),
    },
    {
      section,
      name: 'call with 1 MB of arguments, of direct',
      value: median(large.proxied) / median(large.direct),
      unit: 'x',
      limit: { atMost: 2 },
      note: against(median(large.direct), ' ms'),
    },
    {
      section,
      name: 'added to connecting, median',
      value: median(connecting.governed) - median(connecting.direct),
      unit: 'ms',
      limit: { atMost: 60 },
      note: against(median(connecting.direct), ' ms'),
    },
  ];
}
