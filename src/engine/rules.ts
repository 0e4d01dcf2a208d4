import { parseDirectives } from './directive/parse.js';
import type { DecisionWord, Framework } from './types.js';

/** A rule of a bundle that can decide, by the name decisions give it. */
interface PolicyRule {
  readonly rule: string;
  readonly effect: DecisionWord | 'FLAG' | 'WAIVE';
}

const EFFECT_OF_ENTRY: Readonly<Record<string, PolicyRule['effect']>> = {
  allow: 'ALLOW',
  deny: 'BLOCK',
  step_up: 'STEP_UP',
  defer: 'DEFER',
  modify: 'MODIFY',
  flag: 'FLAG',
  waive: 'WAIVE',
};

/** Policies of Cedar source, entry rules of a Rego module, and directives. Loads the engine. */
export async function policyRules(framework: Framework, source: string): Promise<readonly PolicyRule[]> {
  const directives = parseDirectives(framework, source).directives.map(({ line, effect }): PolicyRule => ({
    rule: `thoth_rule:${line}`,
    effect,
  }));
  const own = framework === 'CEDAR' ? await cedarRules(source) : await regoRules(source);
  return [...own, ...directives];
}

async function cedarRules(source: string): Promise<PolicyRule[]> {
  const [{ loadCedar }, { parseCedar }] = await Promise.all([
    import('./cedar/library.js'),
    import('./cedar/policies.js'),
  ]);
  const parsed = parseCedar(await loadCedar(), source);
  return (parsed?.policies ?? []).map(({ label, effect }) => ({ rule: label, effect }));
}

async function regoRules(source: string): Promise<PolicyRule[]> {
  const { RegoCompiler } = await import('./rego/compiler.js');
  const { rules } = await new RegoCompiler().compile(source, false);
  return rules.map((rule) => ({ rule, effect: EFFECT_OF_ENTRY[rule] ?? 'FLAG' }));
}
