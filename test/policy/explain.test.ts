import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explainCall } from '../../src/policy/explain/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-explain-'));
  const forbid = (id: string, when: string): string =>
    `@id("${id}")\nforbid (principal, action, resource) when { ${when} };\n`;
  await writeFile(join(folder, 'a.cedar'), forbid('mail', 'context.tool == "send_mail"'));
  await writeFile(join(folder, 'b.cedar'), forbid('other', 'context.tool == "send_mail"'));
  await writeFile(join(folder, 'c.cedar'), forbid('watch', 'context.tool == "send_mail"'));
  await writeFile(
    join(folder, 'thoth.policy.yaml'),
    'bundles:\n  - { file: b.cedar, assignments: somebody-else }\n  - { file: c.cedar, mode: observe }\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('says of every bundle what it did to the call, and changes its answer with the call', async () => {
  const mail = await explainCall(folder, { described: { tool: 'send_mail' } });
  expect(mail).toMatchObject({ decision: 'BLOCK', matched_rule_ids: ['a#mail'] });
  expect(mail.steps.filter(({ step }) => step.startsWith('bundle')).map(({ outcome }) => outcome)).toEqual([
    'BLOCK',
    'not asked',
    'BLOCK',
  ]);
  expect(mail.steps.find(({ step }) => step === 'bundle c')?.detail).toContain('does not bind');
  const read = await explainCall(folder, { described: { tool: 'read' } });
  expect(read).toMatchObject({ decision: 'ALLOW', reason_code: 'in_approved_scope' });
  const outside = await explainCall(folder, { described: { tool: 'read', in_scope: false } });
  expect(outside).toMatchObject({ decision: 'BLOCK', reason_code: 'tool_not_in_approved_scope' });
});

it('places what is wrong with a call file', async () => {
  const file = join(folder, 'call.yaml');
  await writeFile(file, 'tool: read\nargz: {}\n');
  await expect(explainCall(folder, { file })).rejects.toMatchObject({
    exit: 'usage',
    message: expect.stringContaining('call.yaml:2:1: error: unknown key `argz`'),
  });
});
