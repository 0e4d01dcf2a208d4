import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testForms, testPolicy } from '../../src/policy/testing/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-testing-'));
  await writeFile(
    join(folder, 'pay.cedar'),
    '@id("large")\n@thoth_effect("STEP_UP")\n@reason_code("large_amount")\nforbid (principal, action, resource) when { context.args has amount && context.args.amount > 100 };\n@id("never")\nforbid (principal, action, resource) when { context.purpose == "never" };\n',
  );
  await writeFile(
    join(folder, 'read.rego'),
    'package read\n\nimport rego.v1\n\ndeny contains "restricted" if {\n\tinput.principal.id != ""\n\tinput.action != ""\n\tinput.context.sensitivity_level == 3\n}\n\nflag contains "odd hour" if input.context.hour_utc < 6\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(tests: string) {
  const file = join(folder, 'some.test.yaml');
  await writeFile(file, tests);
  return testPolicy(folder, []);
}

describe('policy test', () => {
  it('compares decision, reason code, rule and flags, and counts what decided', async () => {
    const report = await run(
      [
        'defaults: { agent: bot, time: "2026-01-05T03:00:00Z" }',
        'tests:',
        '  - name: large payments wait',
        '    call: { tool: pay, args: { amount: 200 } }',
        '    expect: { decision: STEP_UP, reason_code: large_amount, rule: pay#large, flags: [odd hour] }',
        '  - name: small ones do not',
        '    call: { tool: pay, args: { amount: 20 }, time: "2026-01-05T12:00:00Z" }',
        '    expect: { decision: ALLOW, flags: [] }',
        '  - name: wrong on purpose',
        '    call: { tool: read, sensitivity: restricted }',
        '    expect: { decision: ALLOW, reason_code: x, rule: pay#large }',
      ].join('\n'),
    );
    expect(report.results.map(({ passed }) => passed)).toEqual([true, true, false]);
    expect(report.results[2]).toMatchObject({
      line: 9,
      decision: 'BLOCK',
      differences: [
        'decided BLOCK, expected ALLOW',
        'reason code policy_denied, expected x',
        'decided by read#deny, expected pay#large',
      ],
    });
    expect(report.coverage).toEqual({ rules: 4, covered: 3, uncovered: ['pay#never'] });
    const forms = testForms(report);
    expect(forms['junit']?.()).toMatch(
      /<testsuites name="thothctl policy test" tests="3" failures="1">[\s\S]*<failure message="decided BLOCK/,
    );
    expect(forms['github']?.()).toMatch(/^::error file=\S+\/some\.test\.yaml,line=9,col=5::wrong on purpose/);
    expect(forms['markdown']?.()).toMatch(/Policy tests: failed[\s\S]*Never decided: `pay#never`/);
  });

  it('lists every fault of a test file with its place', async () => {
    const faults = run(
      'tests:\n  - { name: a, call: { tool: x, amount: 1 }, expect: { decision: MAYBE } }\n  - { name: b, call: { tool: x, time: soon } }\n',
    );
    await expect(faults).rejects.toMatchObject({ exit: 'usage', code: 'policy_invalid' });
    const listing = await faults.catch((error: unknown) => String(error));
    expect(listing).toContain('some.test.yaml:2:33: error: unknown key `amount`');
    expect(listing).toContain('`decision` is "MAYBE"; expected ALLOW, BLOCK, STEP_UP, MODIFY, DEFER');
    expect(listing).toContain('`time` is not an instant');
    expect(listing).toContain('`expect` is missing');
    expect(listing).toMatch(/fix: add `expect`/u);
    expect(String(await faults.catch((error: { fix: string }) => error.fix))).not.toContain('policy lint');
  });

  it('lists test files that cannot be read beside the faults of the others', async () => {
    const other = await mkdtemp(join(folder, '.unreadable-'));
    await symlink(join(other, 'gone'), join(other, 'gone.test.yaml'));
    await writeFile(join(other, 'huge.test.yaml'), Buffer.alloc(2 * 1024 * 1024, 0x23));
    await writeFile(join(other, 'odd.test.yaml'), 'testz: []\n');
    await expect(testPolicy(join(folder, 'pay.cedar'), [other])).rejects.toMatchObject({
      exit: 'usage',
      details: {
        diagnostics: expect.arrayContaining([
          expect.objectContaining({ file: 'gone.test.yaml', code: 'policy_unreadable' }),
          expect.objectContaining({ file: 'huge.test.yaml', code: 'policy_too_large' }),
          expect.objectContaining({ file: 'odd.test.yaml', code: 'manifest_key' }),
        ]),
      },
    });
  });

  it('keeps hostile names inside the XML', async () => {
    const report = await run(
      'tests: [{ name: "</testcase>&\\u0007\\"", call: { tool: pay }, expect: { decision: BLOCK } }]',
    );
    const xml = testForms(report)['junit']?.() ?? '';
    expect(xml).toContain('name="&lt;/testcase&gt;&amp;&quot;"');
    expect(xml.match(/<\/testcase>/gu)).toHaveLength(1);
  });
});
