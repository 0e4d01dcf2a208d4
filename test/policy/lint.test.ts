import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyContent } from '../../src/policy/content-hash.js';
import { fixSource } from '../../src/policy/lint/fix.js';
import { lintBundles } from '../../src/policy/lint/check.js';
import { lintDirectory, lintForms } from '../../src/policy/lint/index.js';

const PACKS = join(import.meta.dirname, 'fixtures/starter-packs');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-lint-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const cedar = (rawPolicy: string) => ({
  file: 'a.cedar',
  framework: 'CEDAR' as const,
  rawPolicy,
  lineOffset: 0,
});
const rego = (rawPolicy: string) => ({ file: 'a.rego', framework: 'OPA' as const, rawPolicy, lineOffset: 0 });
const HEAD = 'package p\n\nimport rego.v1\n\n';
const ALL = 'input.principal.id; input.action; input.context.purpose';

describe('the faults of the published starter packs', () => {
  it('are all found, each at its place', async () => {
    const { diagnostics } = await lintDirectory(PACKS);
    expect(
      diagnostics.map(
        ({ severity, code, file, line, column }) => `${severity} ${file}:${line}:${column} ${code}`,
      ),
    ).toEqual([
      'error analyst-rego.rego:9:9 rego_type_error',
      'warning analyst.cedar:1:1 directive_disagrees',
      'warning analyst.cedar:3:1 permit_for_all',
      'warning dlp-rego.rego:5:1 rego_v1_without_import',
      'error dlp.cedar:13:38 cedar_decimal_literal',
    ]);
    expect(diagnostics[1]?.message).toContain(
      'the directive decides BLOCK, and the policy below only decides STEP_UP',
    );
    expect(diagnostics[0]?.fix).toContain('input.tool.name');
  });

  it('that are safe to repair are repaired in place, with every comment, once and for all', async () => {
    const work = join(folder, 'packs');
    await cp(PACKS, work, { recursive: true });
    const first = await lintDirectory(work, { fix: true });
    expect(first.fixed).toEqual(['dlp-rego.rego', 'dlp.cedar']);
    expect(await readFile(join(work, 'dlp.cedar'), 'utf8')).toBe(
      (await readFile(join(PACKS, 'dlp.cedar'), 'utf8')).replace(
        'context.behavioral_score >= 0.7',
        'context.behavioral_score.greaterThanOrEqual(decimal("0.7"))',
      ),
    );
    expect(await readFile(join(work, 'dlp-rego.rego'), 'utf8')).toContain(
      'package packs.dlp # keeps data inside\n\nimport rego.v1\n\n# The same,',
    );
    expect(first.diagnostics.map(({ code }) => code)).toEqual([
      'rego_type_error',
      'directive_disagrees',
      'permit_for_all',
    ]);
    expect((await lintDirectory(work, { fix: true })).fixed).toEqual([]);
  });
});

describe('directives', () => {
  it.each([
    ['the same', 'context.action like "tool_call:pay*"', '', []],
    ['a narrower policy', 'context.action == "tool_call:pay_bill"', '', ['has no rule for it']],
    [
      'another effect',
      'context.action like "tool_call:pay*"',
      '@thoth_effect("DEFER")',
      ['only decides DEFER'],
    ],
    [
      'another threshold',
      'context.sensitivity_label == "confidential" && context.action like "tool_call:pay*"',
      '',
      ['has no rule'],
    ],
  ])('beside %s', async (_name, condition, annotation, expected) => {
    const found = await lintBundles([
      cedar(
        `// thoth_rule effect=BLOCK action_prefix=tool_call:pay min_sensitivity=confidential reason=x\n${annotation}\nforbid (principal, action, resource) when { ${condition} };`,
      ),
    ]);
    expect(found.map(({ code }) => code)).toEqual(expected.map(() => 'directive_disagrees'));
    expected.forEach((part, index) => expect(found[index]?.message).toContain(part));
  });
});

describe('formats the evaluator does not know', () => {
  it.each<[string, string[], string]>([
    [
      'sprintf("%q wants %d%%", [input.action, 1])',
      ['%q'],
      'sprintf("\\"%s\\" wants %d%%", [input.action, 1])',
    ],
    ['sprintf(`%#v and %q`, [1, "a"])', ['%#v', '%q'], 'sprintf(`%v and "%s"`, [1, "a"])'],
    ['sprintf("%w", [1])', ['%w'], 'sprintf("%w", [1])'],
    [
      'sprintf("%s %5.2f %v %x %05d", [1, 2, 3, 4, 5]) # %q',
      [],
      'sprintf("%s %5.2f %v %x %05d", [1, 2, 3, 4, 5]) # %q',
    ],
  ])('%s', async (call, verbs, repaired) => {
    const source = rego(`${HEAD}deny contains msg if {\n\t${ALL}\n\tmsg := ${call}\n}`);
    const found = await lintBundles([source]);
    expect(found.map(({ code }) => code)).toEqual(verbs.map(() => 'rego_sprintf_format'));
    verbs.forEach((verb, index) => expect(found[index]?.message).toContain(verb));
    expect(await fixSource(source)).toBe(source.rawPolicy.replace(call, repaired));
  });
});

describe('many sources', () => {
  it('checked together give what each gives alone', async () => {
    const condition = fc.constantFrom(
      'context.purpose == "x"',
      'context.purpos == "x"',
      'context.args.amount > 3',
      'context.behavioral_score > 0.5',
      'true',
    );
    const action = fc.constantFrom(
      'action',
      'action == Thoth::Action::"tool_call:a"',
      'action == Thoth::Action::"tool_call:b"',
      'action == Thoth::Action::"payment"',
      'action in Thoth::Action::"nonsense"',
    );
    const source = fc
      .tuple(fc.constantFrom('permit', 'forbid'), action, condition)
      .map(([effect, scope, when]) => `${effect} (principal, ${scope}, resource) when { ${when} };`);
    const { lintPolicies, lintPolicy } = await import('../../src/engine/index.js');
    await fc.assert(
      fc.asyncProperty(fc.array(source, { minLength: 1, maxLength: 6 }), async (sources) => {
        const together = await lintPolicies('CEDAR', sources);
        expect(together).toEqual(await Promise.all(sources.map((each) => lintPolicy('CEDAR', each))));
      }),
      { numRuns: 25 },
    );
  });
});

describe('--fix', () => {
  it('has nothing left to do after it ran, and touches nothing but comparisons', async () => {
    const comparison = fc
      .tuple(fc.constantFrom('>=', '>', '<', '<='), fc.constantFrom('0.5', '0.75', '1.0'), fc.boolean())
      .map(
        ([operator, literal, comment]) =>
          `context.behavioral_score ${operator} ${literal}${comment ? ' // >= 0.1' : ''}`,
      );
    await fc.assert(
      fc.asyncProperty(fc.array(comparison, { minLength: 1, maxLength: 4 }), async (all) => {
        const source = cedar(
          all
            .map((each) => `forbid (principal, action, resource) when { ${each}\n};`)
            .join('\n// note: a > 0.5\n'),
        );
        const once = await fixSource(source);
        expect(await fixSource({ ...source, rawPolicy: once })).toBe(once);
        expect(
          (await lintBundles([{ ...source, rawPolicy: once }])).filter(({ code }) => /decimal/u.test(code)),
        ).toEqual([]);
        expect(once.match(/\/\/.*$/gmu)).toEqual(source.rawPolicy.match(/\/\/.*$/gmu));
      }),
      { numRuns: 20 },
    );
  });
});

describe('forms for pipelines', () => {
  it('name every place as seen from the working directory, and cannot be broken out of', async () => {
    const root = join(folder, 'forms');
    await cp(PACKS, root, { recursive: true });
    await writeFile(
      join(root, 'x%,y.cedar'),
      '// a\nforbid (principal, action\n, resource) when { "|<b>" };',
    );
    const report = await lintDirectory(root);
    const forms = lintForms(report, './pol/');
    const sarif = JSON.parse(forms['sarif']?.() ?? '') as {
      version: string;
      runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
    };
    expect(sarif.version).toBe('2.1.0');
    const run = sarif.runs[0];
    expect(run?.results).toHaveLength(report.diagnostics.length);
    for (const result of run?.results ?? [])
      expect(run?.tool.driver.rules[Number(result['ruleIndex'])]?.id).toBe(result['ruleId']);
    expect(JSON.stringify(run?.results)).toContain('"uri":"pol/dlp.cedar"');
    const github = forms['github']?.() ?? '';
    expect(
      github
        .split('\n')
        .filter((line) => line !== '')
        .every((line) => /^::(error|warning) file=[^:,]+,line=\d+,col=\d+::/u.test(line)),
    ).toBe(true);
    expect(github).toContain('file=pol/x%25%2Cy.cedar,line=');
    const rows = (forms['markdown']?.() ?? '').split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(report.diagnostics.length + 2);
    expect(rows.every((row) => (row.match(/(?<!\\)\|/gu) ?? []).length === 5)).toBe(true);
    expect(rows.join('')).not.toContain('<b>');
  });

  it('keep the author’s line when blank lines lead the file', () => {
    expect(policyContent('\n\n\npackage p').lineOffset).toBe(3);
  });
});

describe('an allow-list for every agent', () => {
  const COMMENTED = '// permit (principal, action, resource);\n@reason("no; permit (")\n';
  const LISTS: readonly (readonly [file: string, text: string, line: number, rule: string])[] = [
    [
      'one.cedar',
      `${COMMENTED}@id("reads") permit (principal == Thoth::Agent::"a", action, resource);`,
      3,
      'reads',
    ],
    [
      'two.cedar',
      'forbid (principal, action, resource);\npermit (principal, action, resource) when { true };',
      2,
      'policy1',
    ],
    ['three.rego', `\n${HEAD}# allow\nallow if {\n\t${ALL}\n}\n`, 7, 'allow'],
  ];
  const OTHERS: readonly (readonly [file: string, text: string])[] = [
    [
      'open.cedar',
      'permit (principal, action, resource);\npermit (principal == Thoth::Agent::"a", action, resource);',
    ],
    [
      'waive.cedar',
      '@thoth_effect("WAIVE") @waives("guard#x")\npermit (principal, action, resource) when { true };',
    ],
    ['forbid.cedar', `${COMMENTED}forbid (principal, action, resource);`],
    ['open.rego', `${HEAD}default allow := true\n\nallow if { ${ALL} }\n`],
    ['deny.rego', `${HEAD}deny contains "allow" if {\n\t${ALL}\n}\n`],
    ['broken.cedar', 'permit (principal, action, resource) when {'],
  ];

  async function findings(
    files: readonly (readonly [string, string, ...unknown[]])[],
    manifest?: string,
  ): Promise<string[]> {
    const root = await mkdtemp(join(folder, 'lists-'));
    for (const [file, text] of files) await writeFile(join(root, file), text);
    if (manifest !== undefined) await writeFile(join(root, 'thoth.policy.yaml'), manifest);
    const { diagnostics } = await lintDirectory(root);
    return diagnostics
      .filter(({ code }) => code === 'permit_for_all')
      .map(
        ({ file, line, message, fix }) =>
          `${file}:${line} ${/whatever (\S+) does/u.exec(message)?.[1]} ${fix}`,
      );
  }

  it('is warned about at its first rule, with the remedy', async () => {
    expect(await findings(LISTS)).toEqual(
      [...LISTS]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([file, , line, rule]) =>
          expect.stringMatching(`^${file}:${line} ${rule} say in thoth.policy.yaml whose it is`),
        ),
    );
    expect(await findings(LISTS.slice(0, 1), 'defaults: { mode: observe }\n')).toHaveLength(1);
  });

  it('is not, where somebody says that every agent is meant', async () => {
    expect(await findings(LISTS, 'defaults: { assignments: all }\n')).toEqual([]);
  });

  it('is none where agents are named, or nothing is refused for want of a permit', async () => {
    expect(await findings(LISTS, 'defaults: { assignments: [agent:a, b] }\n')).toEqual([]);
    expect(await findings(OTHERS)).toEqual([]);
  });
});

describe('what one policy may be', () => {
  const chain = (terms: number) =>
    `permit (principal, action, resource) when {\n  ${Array.from({ length: terms }, (_unused, n) => `context.purpose == "p${n}"`).join(' ||\n  ')}\n};`;

  it('a policy too deep for the engine is a fault of its file; the others are checked, also what only a thread has the stack for', async () => {
    const nested = `permit (principal, action, resource);\nforbid (principal, action, resource) when { ${'('.repeat(2000)}true${')'.repeat(2000)} };`;
    const found = await lintBundles([
      cedar('permit (principal, action, resource);'),
      { ...cedar(nested), file: 'deep.cedar' },
      { ...cedar(chain(600)), file: 'chain.cedar' },
      { ...cedar('permit ('), file: 'broken.cedar' },
    ]);
    expect(found.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      'deep.cedar:2 policy_check_budget',
      'broken.cedar:1 cedar_parse_error',
    ]);
    expect(found[0]?.fix).toContain('split it');
  });
});
