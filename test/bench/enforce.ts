import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { executeKey, startBenchServer, type BenchServer } from './local-server.js';
import type { Figure } from './report.js';
import { median } from './timing.js';

const SECONDS = 3;
const ROUNDS = 3;
const IN_FLIGHT = 64;
const ALLOWED = '"decision":"ALLOW"';

interface Load {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

/** Decisions per second of `/v1/enforce` with durable evidence, beside a bare JSON echo in the same run. */
export async function enforce(): Promise<Figure[]> {
  const server = await startBenchServer();
  const echo = await startEcho();
  try {
    const key = await executeKey(server);
    await pushTenCedarPolicies(server);
    const target = { url: server.url, path: '/v1/enforce', headers: { authorization: `Bearer ${key}` } };
    const cases = [
      {
        name: 'bare node:http JSON echo',
        target: { url: echo.url, path: '/', headers: {} },
        agent: 'scope-agent',
        expects: '"tool_name":"search_docs"',
        atLeast: undefined,
      },
      { name: 'decision by scope', target, agent: 'scope-agent', expects: ALLOWED, atLeast: 8_000 },
      {
        name: 'decision with ten Cedar policies',
        target,
        agent: 'cedar-agent',
        expects: ALLOWED,
        atLeast: 4_000,
      },
    ];
    const loads = cases.map((): Load[] => []);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [index, one] of cases.entries()) {
        const load = await generate({
          ...one.target,
          body: call(server.tenantId, one.agent),
          expects: one.expects,
          inFlight: IN_FLIGHT,
          seconds: SECONDS,
        });
        if (load.failed > 0) throw new Error(`${one.name}: ${load.failed} requests failed`);
        if (round >= 0) loads[index]?.push(load);
      }
    }
    const echoRate = median((loads[0] ?? []).map((load) => load.rate));
    return cases.map((one, index) => {
      const own = loads[index] ?? [];
      const rate = median(own.map((load) => load.rate));
      return {
        section: 'enforce',
        name: `${one.name}, ${IN_FLIGHT} in flight`,
        value: rate,
        unit: '/s',
        limit: { atLeast: one.atLeast },
        note: `${(rate / echoRate).toFixed(2)} of echo, p50 ${median(own.map((load) => load.p50)).toFixed(1)} ms, p99 ${median(own.map((load) => load.p99)).toFixed(1)} ms`,
      };
    });
  } finally {
    echo.stop();
    await server.stop();
  }
}

async function generate(load: object): Promise<Load> {
  const script = new URL('load.mjs', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(load)]);
  const value: unknown = JSON.parse(stdout);
  if (typeof value !== 'object' || value === null) throw new Error('no figures');
  const figure = (name: string): number => Number(Reflect.get(value, name));
  return { rate: figure('rate'), p50: figure('p50'), p99: figure('p99'), failed: figure('failed') };
}

function call(tenantId: string, agentId: string): string {
  return JSON.stringify({
    agent_id: agentId,
    tenant_id: tenantId,
    user_id: 'bench',
    tool_name: 'search_docs',
    session_id: `bench-${agentId}`,
    session_tool_calls: ['search_docs'],
    approved_scope: ['search_docs'],
    enforcement_mode: 'block',
    environment: 'prod',
    enforcement_trace_id: 'bench',
    // Different each time, or the answers of earlier calls would hide what a policy costs.
    tool_args: { query: 'retention policy {{n}}', limit: 10 },
  });
}

async function pushTenCedarPolicies(server: BenchServer): Promise<void> {
  const folder = join(server.home, 'policy');
  mkdirSync(folder);
  const rules = Array.from(
    { length: 10 },
    (_, n) =>
      `@id("no-delete-${n}")\nforbid (principal, action, resource)\nwhen { context.action == "tool_call:delete_table_${n}" || (context.args has query && context.args.query == "salaries ${n}") };`,
  );
  writeFileSync(join(folder, 'ten.cedar'), rules.join('\n\n'));
  await server.cli([
    'governance',
    'policy-bundles',
    'upsert',
    '--name',
    'ten',
    '--framework',
    'CEDAR',
    '--raw-policy-file',
    join(folder, 'ten.cedar'),
    '--assignment',
    'agent:cedar-agent',
    '--enforcement-mode',
    'enforce',
    '--json',
  ]);
}

async function startEcho(): Promise<{ url: string; stop: () => void }> {
  const source = `
    const server = require('node:http').createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk)).on('end', () => {
        const text = JSON.stringify(JSON.parse(body));
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
      });
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}
