import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPolicyInput } from '../../src/engine/index.js';
import { BIN, runCli } from '../support/cli.js';
import type { Figure } from './report.js';

const CALLS = 100_000;
const PROMISE_MS = 30_000;

/** `policy simulate` of a hundred thousand calls against ten Cedar and ten Rego bundles that read their arguments. */
export async function simulate(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), 'thothctl-bench-'));
  try {
    const folder = join(home, 'policies');
    mkdirSync(folder);
    for (let n = 0; n < 10; n++) {
      writeFileSync(
        join(folder, `c${n}.cedar`),
        `@id("c${n}")\nforbid (principal, action, resource) when { context.action == "tool_call:t${n}" && context.args has amount && context.args.amount > ${1000 * n} };\n`,
      );
      writeFileSync(
        join(folder, `r${n}.rego`),
        `package r${n}\n\nimport rego.v1\n\nstep_up contains "large" if {\n\tinput.principal.id != ""\n\tinput.context.environment == "prod"\n\tinput.action == "tool_call:t${n}"\n\tinput.tool.args.amount > ${1000 * n + 500}\n}\n`,
      );
    }
    return [
      ...(await replayed(home, folder, 'calls that recur', 2000)),
      ...(await replayed(home, folder, 'calls, each different', CALLS)),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Elapsed time depends on who else uses the machine; processor time says what two cores of its own would have to do. */
async function replayed(home: string, folder: string, what: string, kinds: number): Promise<Figure[]> {
  const file = join(home, 'calls.ndjson');
  writeFileSync(
    file,
    Array.from({ length: CALLS }, (_unused, index) => line(index, index % kinds)).join('\n'),
  );
  const cost = join(home, 'processor-time');
  const began = performance.now();
  const { exit, stdout, stderr } = await runCli(['policy', 'simulate', folder, '--from', file, '--json'], {
    home,
    timeoutMs: 300_000,
    entry: ['--require', join(import.meta.dirname, 'processor-time.cjs'), BIN],
    env: { BENCH_PROCESSOR_TIME: cost },
  });
  const elapsed = performance.now() - began;
  const wrong = exit !== 0 || JSON.parse(stdout).changed.newly_blocked !== blocked(kinds);
  if (wrong) throw new Error(`policy simulate exited ${exit}: ${stdout.slice(0, 400)}${stderr}`);
  const name = `${CALLS} ${what}, 10 Cedar and 10 Rego bundles`;
  return [
    {
      section: 'simulate',
      name: `${name}, whole process`,
      value: elapsed,
      unit: 'ms',
      limit: { atMost: PROMISE_MS },
      note: `${availableParallelism()} cores`,
    },
    {
      section: 'simulate',
      name: `${name}, processor time`,
      value: Number(readFileSync(cost, 'utf8')),
      unit: 'ms',
      limit: { atMost: 2 * PROMISE_MS },
    },
  ];
}

/** What the ten Cedar bundles block: calls of tool n above n thousand. */
function blocked(kinds: number): number {
  let count = 0;
  for (let index = 0; index < CALLS; index += 1)
    if (index % 20 < 10 && index % kinds > 1000 * (index % 20)) count += 1;
  return count;
}

function line(index: number, kind: number): string {
  const tool = `t${index % 20}`;
  const standing = {
    decision: 'ALLOW',
    decision_reason_code: 'in_approved_scope',
    matched_rule_ids: ['scope'],
  };
  const input = buildPolicyInput({
    tenantId: 'local',
    agentId: `agent-${kind % 50}`,
    userId: 'ada@example.com',
    toolName: tool,
    toolArgs: { amount: kind, to: `account-${kind}`, note: 'for the record' },
    sessionId: `session-${index % 1000}`,
    sessionToolCalls: ['t1', 't2'],
    approvedScope: [tool],
    mode: 'block',
    environment: 'prod',
    sessionIntent: undefined,
    purpose: 'billing',
    dataClassification: 'internal',
    taskContext: undefined,
    identityBinding: undefined,
    metadata: undefined,
    callerAgentId: undefined,
    endpointId: undefined,
    fleetId: undefined,
    receivedAt: new Date(1_780_000_000_000 + 1000 * index).toISOString(),
  });
  return JSON.stringify({
    chain_index: index + 1,
    evidence_id: `dec_${index}`,
    occurred_at: input.context.time,
    agent_id: input.principal.id,
    tool_name: tool,
    decision: 'ALLOW',
    decision_reason_code: 'in_approved_scope',
    matched_rule_ids: ['scope'],
    in_scope: true,
    input,
    standing,
  });
}
