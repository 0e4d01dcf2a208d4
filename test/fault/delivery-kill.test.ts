import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BIN, cliEnvironment, runCli, temporaryHome } from '../support/cli.js';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../support/tls/index.js';
import { eventually, Receiver } from '../server/delivery/receiver.js';

const KILLS = 6;
const LANES = 4;
let home: string;
let receiver: Receiver;
let child: ChildProcess;

beforeAll(async () => {
  home = await temporaryHome();
  receiver = await Receiver.start({
    cert: readFileSync(LOCALHOST_CERT, 'utf8'),
    key: readFileSync(LOCALHOST_KEY, 'utf8'),
  });
});
afterAll(async () => {
  if (child?.exitCode === null) child.kill('SIGKILL');
  await receiver.stop();
  await rm(home, { recursive: true, force: true });
});

/** The shipped server in a process of its own; it trusts the receiver's authority as an operator would make it. */
async function start(): Promise<string> {
  const ready = join(home, 'ready.json');
  await rm(ready, { force: true });
  const flags = [
    '--port',
    '0',
    '--data',
    join(home, 'data'),
    '--ready-file',
    ready,
    '--allow-private-delivery',
  ];
  child = spawn(process.execPath, [BIN, 'server', 'start', ...flags], {
    env: cliEnvironment(home, { NODE_EXTRA_CA_CERTS: LOCALHOST_CERT }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const text = await eventually(
    'ready file',
    async () => (await readFile(ready, 'utf8').catch(() => '')) || undefined,
  );
  return String(Reflect.get(JSON.parse(text), 'url'));
}

async function cli(url: string, ...args: string[]): Promise<Record<string, unknown>> {
  const result = await runCli([...args, '--govapi-url', url, '--json'], { home });
  if (result.exit !== 0) throw new Error(`${args.join(' ')}: ${result.stdout}${result.stderr}`);
  return JSON.parse(result.stdout) as Record<string, unknown>;
}

/** The violation of one refused call; undefined when the server died before it answered. */
async function refuse(url: string, key: string, session: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/v1/enforce`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({
        agent_id: 'killer',
        tenant_id: 'local',
        user_id: 'system',
        tool_name: 'drop_table',
        session_id: session,
        session_tool_calls: [],
        approved_scope: ['search_docs'],
        enforcement_mode: 'block',
      }),
    });
    const body = (await response.json()) as { violation_id?: string };
    return response.ok ? body.violation_id : undefined;
  } catch {
    return undefined;
  }
}

it('kill -9 at any moment loses no delivery, and every event keeps its delivery id', async () => {
  const acknowledged: string[] = [];
  let key = '';
  for (let round = 0; round < KILLS; round += 1) {
    const url = await start();
    if (round === 0) {
      key = String(
        (await cli(url, 'api-keys', 'create', '--organization', '--permission', 'execute'))['api_key'],
      );
      const file = join(home, 'settings.json');
      await writeFile(
        file,
        JSON.stringify({ webhook: { enabled: true, url: receiver.url, secret: 'kill-secret' } }),
      );
      await cli(url, 'settings', 'set', '--file', file);
    }
    let alive = true;
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      while (alive) {
        const violation = await refuse(url, key, `round-${round}-${lane}`);
        if (violation !== undefined) acknowledged.push(violation);
      }
    });
    const before = acknowledged.length;
    await eventually('refusals', () => (acknowledged.length >= before + 20 ? true : undefined));
    await sleep((round * 37) % 90);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    alive = false;
    await Promise.all([ended, ...lanes]);
  }
  const url = await start();
  const told = (): Set<string> => new Set(receiver.received.map((one) => String(one.json.data.violation_id)));
  await eventually(
    'all deliveries',
    () => (acknowledged.every((id) => told().has(id)) ? true : undefined),
    120,
  );
  await eventually('nothing left', async () =>
    (await cli(url, 'webhooks', 'deliveries', '--status', 'pending'))['total'] === 0 ? true : undefined,
  );

  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS * 20);
  const byEvent = new Map<string, Set<string>>();
  for (const { headers, json } of receiver.received) {
    const ids = byEvent.get(String(json.event_id)) ?? new Set();
    byEvent.set(String(json.event_id), ids.add(String(headers['x-thoth-delivery-id'])));
  }
  expect([...byEvent.values()].filter((ids) => ids.size !== 1)).toEqual([]);
  const recorded = await cli(url, 'webhooks', 'deliveries', '--limit', '1');
  expect(recorded['total']).toBe(byEvent.size);
  expect((await cli(url, 'webhooks', 'deliveries', '--status', 'delivered', '--limit', '1'))['total']).toBe(
    byEvent.size,
  );
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}, 300_000);
