import { isDeepStrictEqual } from 'node:util';
import { mirrors } from './modify.js';
import type { EngineReasonCode } from './reason-codes.js';
import { isStricter } from './strictness.js';
import type { BundleVerdict, DecisionWord, JsonObject } from './types.js';

/** A decision somebody asks for, with what it needs to explain itself. */
export interface Candidate {
  readonly word: DecisionWord;
  readonly reasonCode: string;
  readonly reason: string;
  readonly ruleIds: readonly string[];
  readonly references: readonly string[];
  readonly namesTool: boolean;
  readonly timeoutSeconds: number | undefined;
}

export interface Combined {
  /** Undefined when no bundle has an opinion. */
  readonly candidate: Candidate | undefined;
  readonly modifiedToolArgs: JsonObject | undefined;
}

const CODE_OF_WORD = {
  BLOCK: 'policy_denied',
  DEFER: 'policy_deferred',
  STEP_UP: 'human_approval_required',
  MODIFY: 'arguments_modified',
  ALLOW: 'policy_allowed',
} as const satisfies Record<DecisionWord, EngineReasonCode>;

const REASON_OF_WORD = {
  BLOCK: 'a policy blocks the call',
  DEFER: 'a policy defers the call',
  STEP_UP: 'a policy asks for a human approval',
  MODIFY: 'a policy rewrites the arguments',
  ALLOW: 'a policy allows the call',
} as const;

/** Combines the binding bundles, strictest first; independent of their order. */
export function combine(verdicts: readonly BundleVerdict[], toolArgs: JsonObject | undefined): Combined {
  const opinions = verdicts.filter((verdict) => verdict.outcome !== 'NO_OPINION');
  const word = opinions.reduce<DecisionWord | undefined>((strictest, { outcome }) => {
    if (outcome === 'NO_OPINION') return strictest;
    return strictest === undefined || isStricter(outcome, strictest) ? outcome : strictest;
  }, undefined);
  if (word === undefined) return { candidate: undefined, modifiedToolArgs: undefined };

  const rewriters = sorted(
    opinions.filter((verdict) => verdict.outcome === 'MODIFY' || verdict.modifiedToolArgs !== undefined),
  );
  if ((word === 'MODIFY' || word === 'STEP_UP') && rewriters.length > 0) {
    const problem = rewriteProblem(rewriters, toolArgs);
    if (problem !== undefined) return { candidate: refusal(problem, rewriters), modifiedToolArgs: undefined };
  }
  const makers = sorted(opinions.filter((verdict) => verdict.outcome === word));
  const timeouts = makers.flatMap((verdict) => verdict.timeoutSeconds ?? []);
  // A failure explains itself before any rule does: it is what an operator has to repair.
  const speaker =
    makers.find((verdict) => verdict.failure !== undefined) ??
    makers.find((verdict) => verdict.reason !== undefined) ??
    makers[0];
  return {
    candidate: {
      word,
      reasonCode: speaker?.reasonCode ?? CODE_OF_WORD[word],
      reason: speaker?.reason ?? REASON_OF_WORD[word],
      ruleIds: makers.flatMap(ruleReferences),
      references: makers.map(bundleReference),
      namesTool: makers.some((verdict) => verdict.namesTool),
      timeoutSeconds: timeouts.length > 0 ? Math.min(...timeouts) : undefined,
    },
    modifiedToolArgs: rewriters[0]?.modifiedToolArgs,
  };
}

function rewriteProblem(
  rewriters: readonly BundleVerdict[],
  toolArgs: JsonObject | undefined,
): 'modify_conflict' | 'modify_not_applicable' | undefined {
  const [first, ...rest] = rewriters;
  if (rest.some((verdict) => !isDeepStrictEqual(verdict.modifiedToolArgs, first?.modifiedToolArgs)))
    return 'modify_conflict';
  return mirrors(toolArgs, first?.modifiedToolArgs) ? undefined : 'modify_not_applicable';
}

function refusal(
  code: 'modify_conflict' | 'modify_not_applicable',
  rewriters: readonly BundleVerdict[],
): Candidate {
  return {
    word: 'BLOCK',
    reasonCode: code,
    reason:
      code === 'modify_conflict'
        ? 'two policy bundles rewrite the arguments differently'
        : 'the rewritten arguments do not mirror the arguments of the call, so they cannot be applied',
    ruleIds: rewriters.flatMap(ruleReferences),
    references: rewriters.map(bundleReference),
    namesTool: true,
    timeoutSeconds: undefined,
  };
}

/** The rules of a verdict as decisions name them. */
export function ruleReferences(verdict: BundleVerdict): string[] {
  const bundle = bundleReference(verdict);
  return verdict.ruleIds.length === 0 ? [bundle] : verdict.ruleIds.map((rule) => `${bundle}#${rule}`);
}

function bundleReference(verdict: BundleVerdict): string {
  return `${verdict.bundleName}@${verdict.bundleVersion}`;
}

function sorted(verdicts: readonly BundleVerdict[]): BundleVerdict[] {
  const key = (verdict: BundleVerdict): string => `${bundleReference(verdict)} ${verdict.bundleId}`;
  return [...verdicts].sort((left, right) => (key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0));
}
