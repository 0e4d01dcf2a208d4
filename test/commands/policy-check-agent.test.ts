import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryHome } from '../support/cli.js';

let home: string;
beforeAll(async () => {
  home = await temporaryHome();
  await mkdir(join(home, 'agents'));
  await mkdir(join(home, 'policies'));
  const write = (file: string, text: string) => writeFile(join(home, file), text);
  await write(
    'agents/bot.py',
    '@mcp.tool()\nasync def wire_transfer(to): ...\n\nexport = Tool(name="export_records", func=f)\n',
  );
  await write(
    'agents/bot.ts',
    "export const search = tool(run, { name: 'search' });\nconst t = tool(run, { name: `${x}_y` });\n",
  );
  await write('empty.py', 'print("no tools")\n');
  await write(
    'policies/guard.cedar',
    [
      '@reason("no money") forbid (principal, action == Thoth::Action::"tool_call:wire_transfer", resource);',
      '@thoth_effect("STEP_UP") @reason("exports wait")',
      'forbid (principal, action == Thoth::Action::"tool_call:export_records", resource)',
      'when { { "a": 1 } has a };',
      '@thoth_effect("FLAG") forbid (principal, action == Thoth::Action::"tool_call:search", resource);',
      '@thoth_effect("STEP_UP") forbid (principal, action, resource) when { context.args has amount };',
    ].join('\n'),
  );
  await write('broken.cedar', 'forbid (principal, action');
});
afterAll(() => rm(home, { recursive: true }));

const check = (...args: string[]) => runCli(['policy', 'check-agent', ...args], { home });

describe('policy check-agent', () => {
  it('evaluates the real policy for every tool of every file', async () => {
    const { exit, stdout } = await check('--agent-file', 'agents', '--policy-file', 'policies', '--json');
    expect(exit).toBe(10);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      pass_fail: 'fail',
      enforcement_mode: 'enforce',
      violations: [{ tool: 'wire_transfer', decision: 'BLOCK', reason: 'no money', line: 2 }],
      shadow_report: { total_tools: 3, would_allow: 0, would_block: 1, would_step_up: 1, would_flag: 1 },
    });
    expect(report.shadow_report.results.map((each: { decision: string }) => each.decision)).toEqual([
      'BLOCK',
      'STEP_UP',
      'FLAG',
    ]);
    const open = report.not_analysed.map((each: { what: string }) => each.what).join('\n');
    expect(open).toMatch(/name of a tool/);
    expect(open).toMatch(/decides by `args`/);
  });

  it.each([
    [
      '0, violations only reported',
      0,
      ['--agent-file', 'agents', '--policy-file', 'policies', '--no-fail-on-violations'],
    ],
    [
      '10, a tool outside the approved scope',
      10,
      ['--agent-file', 'agents/bot.ts', '--policy-file', 'policies', '--approved-tool', 'other'],
    ],
    ['11, nothing found', 11, ['--agent-file', 'empty.py', '--policy-file', 'policies']],
    ['2, a policy with a fault', 2, ['--agent-file', 'agents', '--policy-file', 'broken.cedar']],
    ['2, no such agent', 2, ['--agent-file', 'absent.py', '--policy-file', 'policies']],
  ])('exits %s', async (_what, expected, args) => {
    expect((await check(...args)).exit).toBe(expected);
  });

  it('shows a table, and warns of what it could not read', async () => {
    const { stdout, stderr } = await check('--agent-file', 'agents', '--policy-file', 'policies');
    expect(stdout).toMatch(/wire_transfer\s+BLOCK\s+no money/);
    expect(stderr).toMatch(/bot\.ts:2: not analysed: the name of a tool/);
  });
});
