import { dirname } from 'node:path';
import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { BundleVerdict, Decision } from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';
import { policyEngine } from '../engine.js';
import { engineCall } from '../evaluate/call.js';
import { openPolicy } from '../evaluate/local.js';
import { loadSoundPolicy } from '../load.js';
import { readTests, type PolicyTest } from './read.js';

export interface TestResult {
  readonly name: string;
  readonly file: string;
  /** The file as seen from where its folder was named. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly passed: boolean;
  readonly tool: string;
  readonly agent: string;
  readonly expected: string;
  readonly decision: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly matched_rule_ids: readonly string[];
  /** What is not as expected, one sentence each. */
  readonly differences: readonly string[];
  readonly duration_ms: number;
}

export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly TestResult[];
  readonly coverage: {
    readonly rules: number;
    readonly covered: number;
    /** Rules that decided in no test, as `<bundle>#<rule>`. */
    readonly uncovered: readonly string[];
  };
}

const CONSEQUENCE = 'no test was run';

/** Runs the tests of a directory, and those in `tests` instead when some are named, against its policies. */
export async function testPolicy(
  path: string,
  tests: readonly string[],
  signal?: AbortSignal,
): Promise<TestReport> {
  const bundles = await loadSoundPolicy(path, CONSEQUENCE);
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const wanted = await readTests(tests.length > 0 ? tests : [folder]);
  const policy = await openPolicy(bundles, CONSEQUENCE, signal);
  try {
    const results: TestResult[] = [];
    const verdicts: BundleVerdict[] = [];
    for (const test of wanted) {
      const began = performance.now();
      const { request, session } = engineCall(test.call);
      const found = await policy.evaluate(request, session);
      verdicts.push(...found.verdicts);
      results.push(resultOf(test, found.decision, performance.now() - began));
    }
    const failed = results.filter((each) => !each.passed).length;
    return {
      passed: results.length - failed,
      failed,
      results,
      coverage: await coverageOf(bundles, verdicts),
    };
  } finally {
    await policy.close();
  }
}

function resultOf(test: PolicyTest, decision: Decision, milliseconds: number): TestResult {
  const { expect, call } = test;
  const word = decision.decision;
  const rules = decision.matchedRuleIds.map(withoutVersion);
  const differences = [
    ...(word === expect.decision ? [] : [`decided ${word}, expected ${expect.decision}`]),
    ...(expect.reason_code === undefined || expect.reason_code === decision.reasonCode
      ? []
      : [`reason code ${decision.reasonCode}, expected ${expect.reason_code}`]),
    ...(expect.rule === undefined ||
    rules.some((rule) => rule === expect.rule || rule.endsWith(`#${expect.rule}`))
      ? []
      : [`decided by ${rules.join(', ') || 'no rule'}, expected ${expect.rule}`]),
    ...(expect.args === undefined || isDeepStrictEqual(decision.modifiedToolArgs, expect.args)
      ? []
      : [
          `arguments ${JSON.stringify(decision.modifiedToolArgs ?? null)}, expected ${JSON.stringify(expect.args)}`,
        ]),
    ...(expect.flags === undefined || isDeepStrictEqual(decision.flags, [...expect.flags].sort())
      ? []
      : [`flags ${decision.flags.join(', ') || 'none'}, expected ${expect.flags.join(', ') || 'none'}`]),
  ];
  return {
    name: test.name,
    file: test.file,
    path: test.path,
    line: test.line,
    column: test.column,
    passed: differences.length === 0,
    tool: call.tool,
    agent: call.agent ?? 'agent',
    expected: expect.decision,
    decision: word,
    reason_code: decision.reasonCode,
    reason: decision.reason,
    matched_rule_ids: rules,
    differences,
    duration_ms: Math.round(milliseconds),
  };
}

/** Versions are the control plane's; a directory has none. */
function withoutVersion(rule: string): string {
  return rule.replace(/@\d+(?=#|$)/u, '');
}

async function coverageOf(
  bundles: readonly DesiredBundle[],
  verdicts: readonly BundleVerdict[],
): Promise<TestReport['coverage']> {
  const { policyRules } = await policyEngine();
  const decided = new Set<string>();
  const note = (verdict: BundleVerdict): void => {
    for (const rule of verdict.ruleIds) decided.add(`${verdict.bundleName}#${rule}`);
    // Rego names a hit by its own id, so an entry rule is known by the effect only it has.
    decided.add(`${verdict.bundleName} ${verdict.outcome}`);
    if (verdict.flags !== undefined) decided.add(`${verdict.bundleName} FLAG`);
    if (verdict.rest !== undefined) note(verdict.rest);
  };
  verdicts.forEach(note);
  const rules: { id: string; covered: boolean }[] = [];
  for (const { name, framework, rawPolicy } of bundles)
    for (const { rule, effect } of await policyRules(framework, rawPolicy)) {
      const byEffect = effect === 'FLAG' || (framework === 'OPA' && !rule.startsWith('thoth_rule:'));
      const id = `${name}#${rule}`;
      rules.push({ id, covered: decided.has(byEffect ? `${name} ${effect}` : id) });
    }
  const uncovered = rules.filter(({ covered }) => !covered).map(({ id }) => id);
  return { rules: rules.length, covered: rules.length - uncovered.length, uncovered };
}
