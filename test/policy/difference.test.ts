import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/policy/difference/lines.js';
import { ruleChanges } from '../../src/policy/difference/rules.js';

/** What `patch` does with a unified diff. */
function patched(before: string, diff: string): string {
  const source = before === '' ? [] : before.split('\n');
  const result: string[] = [];
  let at = 0;
  for (const line of diff === '' ? [] : diff.slice(0, -1).split('\n')) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (hunk) {
      const start = hunk[2] === '0' ? Number(hunk[1]) : Number(hunk[1]) - 1;
      result.push(...source.slice(at, start));
      at = start;
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      expect(source[at]).toBe(line.slice(1));
      at += 1;
      if (line.startsWith(' ')) result.push(line.slice(1));
    }
  }
  return [...result, ...source.slice(at)].join('\n');
}

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '', '  d', '@@ x'), { maxLength: 30 })
  .map((l) => l.join('\n'));

describe('the textual difference', () => {
  it('turns the one text into the other, for any two texts', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(patched(before, unifiedDiff(before, after))).toBe(after);
      }),
    );
  });

  it('is empty for equal texts, short for a small change in a long one, and bounded for two strangers', () => {
    const long = Array.from({ length: 50_000 }, (_, n) => `line ${n}`);
    expect(unifiedDiff(long.join('\n'), long.join('\n'))).toBe('');
    const other = long.with(20_000, 'changed');
    expect(unifiedDiff(long.join('\n'), other.join('\n')).split('\n')).toHaveLength(10);
    const began = process.cpuUsage();
    unifiedDiff(
      long.slice(0, 9_000).join('\n'),
      long
        .slice(0, 9_000)
        .map((line) => `${line}!`)
        .join('\n'),
    );
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});

describe('the difference in rules', () => {
  const cedar = `// why\n@id("pay")\n@thoth_effect("STEP_UP")\nforbid (principal, action, resource) when { context.a == "x;y" };\npermit (principal, action, resource);`;

  it('names Cedar policies that came, went or changed, and what they do now', () => {
    const after =
      cedar.replace('STEP_UP', 'BLOCK') + '\n@id("new") permit (principal, action, resource) when { true };';
    expect(ruleChanges('CEDAR', cedar, after)).toEqual([
      { rule: 'pay', change: 'changed', effect: 'BLOCK', effect_before: 'STEP_UP' },
      { rule: 'new', change: 'added', effect: 'ALLOW' },
    ]);
    expect(
      ruleChanges('CEDAR', after, 'permit (principal, action, resource);').map(({ rule, change }) => [
        rule,
        change,
      ]),
    ).toEqual([
      ['pay', 'removed'],
      ['new', 'removed'],
    ]);
  });

  it('sees through comments, white space and order, but not through strings', () => {
    const shuffled =
      `permit (principal,\n  action, resource); // tail\n${cedar.split('\npermit')[0]}`.replace(
        '(principal,\n  action, resource)',
        '(principal, action, resource)',
      );
    expect(ruleChanges('CEDAR', cedar, shuffled)).toEqual([]);
    expect(ruleChanges('CEDAR', cedar, cedar.replace('x;y', 'x; y'))).toMatchObject([
      { rule: 'pay', change: 'changed' },
    ]);
  });

  const rego = `package p\n\nimport rego.v1\n\n# thoth_rule effect=BLOCK action_prefix=tool_call:shell reason=no\ndeny contains "x" if {\n\tinput.action == "a"\n}\n\ndefault allow := false\n`;

  it('names Rego rules and directives', () => {
    const after = rego
      .replace('reason=no', 'reason=never')
      .replace('"a"', '"b"')
      .replace('default allow := false', 'step_up contains "y" if input.x');
    expect(ruleChanges('OPA', rego, after).map(({ rule, change, effect }) => [change, rule, effect])).toEqual(
      [
        ['removed', 'default allow', ''],
        ['changed', 'thoth_rule tool_call:shell', 'BLOCK'],
        ['changed', 'deny', 'BLOCK'],
        ['added', 'step_up', 'STEP_UP'],
      ],
    );
    expect(ruleChanges('OPA', rego, rego.replaceAll('\t', '    ').replace('\n\n#', '\n# said\n#'))).toEqual(
      [],
    );
  });

  it('never fails on what is no policy', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom('CEDAR' as const, 'OPA' as const),
        (before, after, framework) => {
          expect(ruleChanges(framework, before, before)).toEqual([]);
          ruleChanges(framework, before, after);
        },
      ),
    );
  });
});
