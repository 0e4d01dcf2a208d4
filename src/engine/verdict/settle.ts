import { isDeepStrictEqual } from 'node:util';
import { isStricter } from '../strictness.js';
import type { BundleSource, BundleVerdict, DecisionWord, JsonObject } from '../types.js';
import type { Hit } from './hit.js';

type Labels = Pick<BundleVerdict, 'bundleId' | 'bundleName' | 'bundleVersion' | 'binding'>;

function labels(bundle: BundleSource): Labels {
  return {
    bundleId: bundle.id,
    bundleName: bundle.name,
    bundleVersion: bundle.version,
    binding: bundle.binding,
  };
}

/**
 * The verdict of one bundle from the rules that hold. In a bundle that permits anything, a call needs a permit.
 * A step-up or deferral stands without one (nothing runs unseen); a rewrite does only when it names the tool,
 * or a blanket redaction would permit every call.
 */
export function settle(bundle: BundleSource, hits: readonly Hit[], defaultDeny: boolean): BundleVerdict {
  if (hits.length === 0 && !defaultDeny) return noOpinion(bundle);
  const deciding = hits.filter(
    (hit): hit is Hit & { effect: DecisionWord } => hit.effect !== 'FLAG' && hit.effect !== 'WAIVE',
  );
  const flags = hits.filter((hit) => hit.effect === 'FLAG').map((hit) => hit.reason ?? hit.ruleId);
  const outcome = deciding.reduce<DecisionWord | undefined>(
    (strictest, hit) =>
      strictest === undefined || isStricter(hit.effect, strictest) ? hit.effect : strictest,
    undefined,
  );
  const common = {
    ...labels(bundle),
    ...(flags.length > 0 ? { flags: [...new Set(flags)].sort() } : {}),
    ...waivesOf(hits),
  };
  if (defaultDeny && !standsWithoutPermit(outcome, deciding)) {
    return {
      ...common,
      outcome: 'BLOCK',
      ruleIds: ['default-deny'],
      reasonCode: 'policy_default_deny',
      reason: `${bundle.name} permits some calls, and none of its rules permits this one`,
      namesTool: false,
      ...restOf(bundle, deciding),
    };
  }
  if (outcome === undefined) {
    return {
      ...common,
      outcome: 'NO_OPINION',
      ruleIds: [],
      reasonCode: undefined,
      reason: undefined,
      namesTool: false,
    };
  }
  const makers = deciding.filter((hit) => hit.effect === outcome).sort(byRuleId);
  const rewrites = deciding.filter((hit) => hit.effect === 'MODIFY');
  const rewritten = oneRewrite(rewrites);
  if (rewritten === 'conflict' && outcome !== 'BLOCK') {
    return {
      ...common,
      outcome: 'BLOCK',
      ruleIds: rewrites.map((hit) => hit.ruleId).sort(),
      reasonCode: 'modify_conflict',
      reason: 'two rules rewrite the arguments differently',
      namesTool: rewrites.some((hit) => hit.namesTool),
    };
  }
  const timeouts = makers.flatMap((hit) => hit.timeoutSeconds ?? []);
  const actionClass = deciding.find((hit) => hit.actionClass !== undefined)?.actionClass;
  return {
    ...common,
    outcome,
    ruleIds: makers.map((hit) => hit.ruleId),
    reasonCode: makers.find((hit) => hit.reasonCode !== undefined)?.reasonCode,
    reason: makers.find((hit) => hit.reason !== undefined)?.reason,
    namesTool: makers.some((hit) => hit.namesTool),
    ...(rewritten !== undefined && rewritten !== 'conflict' ? { modifiedToolArgs: rewritten } : {}),
    ...(timeouts.length > 0 ? { timeoutSeconds: Math.min(...timeouts) } : {}),
    ...(actionClass === undefined ? {} : { actionClass }),
    ...restOf(
      bundle,
      deciding.filter((hit) => hit.effect !== outcome),
    ),
  };
}

/** Only an exception asks for it: what the bundle says without the rules that decided. */
function restOf(bundle: BundleSource, others: readonly Hit[]): Pick<BundleVerdict, 'rest'> {
  return others.length === 0 ? {} : { rest: settle(bundle, others, false) };
}

/** A rule sets others aside only for a tool it names: a blanket waiver would switch every other policy off. */
function waivesOf(hits: readonly Hit[]): Pick<BundleVerdict, 'waives'> {
  const rules = hits.flatMap((hit) => (hit.effect === 'WAIVE' && hit.namesTool ? (hit.waives ?? []) : []));
  return rules.length === 0 ? {} : { waives: [...new Set(rules)].sort() };
}

/** The commonest verdict by far, so it is built without a detour. */
export function noOpinion(bundle: BundleSource): BundleVerdict {
  return {
    bundleId: bundle.id,
    bundleName: bundle.name,
    bundleVersion: bundle.version,
    binding: bundle.binding,
    outcome: 'NO_OPINION',
    ruleIds: [],
    reasonCode: undefined,
    reason: undefined,
    namesTool: false,
  };
}

/** A bundle that cannot be evaluated blocks what it governs. */
export function failedVerdict(bundle: BundleSource, failure: string): BundleVerdict {
  return {
    ...labels(bundle),
    outcome: 'BLOCK',
    ruleIds: [],
    reasonCode: 'policy_evaluation_failed',
    reason: `policy bundle ${bundle.name}@${bundle.version} could not be evaluated: ${failure}`,
    namesTool: false,
    failure,
  };
}

function standsWithoutPermit(outcome: DecisionWord | undefined, hits: readonly Hit[]): boolean {
  if (outcome === undefined) return false;
  if (outcome !== 'MODIFY') return true;
  return hits.some((hit) => hit.effect === 'ALLOW' || (hit.effect === 'MODIFY' && hit.namesTool));
}

function oneRewrite(rewrites: readonly Hit[]): JsonObject | 'conflict' | undefined {
  const [first, ...rest] = rewrites;
  if (first === undefined) return undefined;
  return rest.every((hit) => isDeepStrictEqual(hit.args, first.args)) ? first.args : 'conflict';
}

function byRuleId(left: Hit, right: Hit): number {
  return left.ruleId < right.ruleId ? -1 : left.ruleId > right.ruleId ? 1 : 0;
}
