import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BIN, cliEnvironment } from '../support/cli.js';

interface Action {
  readonly inputs: Record<string, { readonly default?: string }>;
  readonly outputs: Record<string, { readonly value: string }>;
  readonly runs: { readonly steps: readonly { id: string; run: string; env: Record<string, string> }[] };
}

const folder = join(import.meta.dirname, '../../action');
const action = parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as Action;
const work = mkdtempSync(join(tmpdir(), 'thothctl-action-'));
afterAll(() => rmSync(work, { recursive: true }));

writeFileSync(
  join(work, 'agent.py'),
  '@agent.tool\nasync def wire_transfer(ctx): ...\n\n@tool\ndef search(q): ...\n',
);
writeFileSync(
  join(work, 'guard.cedar'),
  '@reason("no money")\nforbid (principal, action == Thoth::Action::"tool_call:wire_transfer", resource);\n',
);

/** Runs the steps as a runner does: expressions become variables, the script runs in bash. */
async function run(
  inputs: Record<string, string>,
): Promise<{ exit: number; outputs: Record<string, string>; summary: string }> {
  const given = { thothctl: `${process.execPath} ${BIN}`, ...inputs };
  const expand = (text: string): string =>
    text.replace(/\$\{\{\s*([\w.]+)\s*\}\}/gu, (_all, path: string) => {
      if (path === 'github.action_path') return folder;
      const name = path.replace(/^inputs\./u, '');
      return given[name as keyof typeof given] ?? action.inputs[name]?.default ?? '';
    });
  const files = { GITHUB_OUTPUT: join(work, 'output'), GITHUB_STEP_SUMMARY: join(work, 'summary') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  let exit = 0;
  for (const step of action.runs.steps) {
    expect(step.run).not.toContain('${{');
    const env = Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, expand(value)]));
    exit = await new Promise<number>((resolve) => {
      const options = { cwd: work, env: cliEnvironment(work, { ...env, ...files }) };
      execFile('bash', ['-c', step.run], options, (error) =>
        resolve(error === null ? 0 : Number(error.code)),
      );
    });
    if (exit !== 0) break;
  }
  const outputs = Object.fromEntries(
    [...readFileSync(files.GITHUB_OUTPUT, 'utf8').matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gmu)].map(
      ([, name, , value]) => [name, value ?? ''],
    ),
  );
  return { exit, outputs, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') };
}

describe('the GitHub Action', () => {
  it('fails the job with 2 when a tool would be blocked, and hands over the report', async () => {
    const { exit, outputs, summary } = await run({ agent_file: 'agent.py', policy_file: 'guard.cedar' });
    expect(exit).toBe(2);
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(action.outputs).sort());
    expect(outputs['pass_fail']).toBe('fail');
    expect(JSON.parse(outputs['violations'] ?? '')).toMatchObject([{ tool: 'wire_transfer', line: 2 }]);
    expect(JSON.parse(outputs['shadow_report'] ?? '')).toMatchObject({
      total_tools: 2,
      would_block: 1,
      would_allow: 1,
    });
    expect(summary).toContain('| wire_transfer | BLOCK | no money | agent.py:2 |');
  });

  it('passes when violations are only to be reported', async () => {
    const { exit, outputs } = await run({
      agent_file: '\nagent.py\n',
      policy_file: 'guard.cedar',
      fail_on_violations: 'false',
      enforcement_mode: 'observe',
    });
    expect(exit).toBe(0);
    expect(outputs['pass_fail']).toBe('fail');
  });

  it('never runs what an input holds', async () => {
    const { exit, outputs } = await run({
      agent_file: '$(touch owned); agent.py',
      policy_file: 'guard.cedar',
    });
    expect(exit).toBe(2);
    expect(outputs).toEqual({});
    expect(() => readFileSync(join(work, 'owned'))).toThrow();
  });
});
