import type { DecisionType, JsonObject } from '../vocabulary.js';
import { own, readMembers, type DecisionMembers } from './members.js';
import { readWord, stricter, type Said } from './words.js';

/** A decision of the enforcer, narrowed. `shadowDecision` is what observe mode would have decided. */
export interface EnforcementDecision extends DecisionMembers {
  readonly decision: DecisionType;
  readonly shadowDecision?: DecisionType;
}

/** What reading noticed; the caller logs it, reading itself has no side effect. */
interface ReadingNotes {
  readonly conflict?: string;
  readonly dropped: readonly string[];
}

export interface ReadDecision {
  readonly decision: EnforcementDecision;
  readonly notes: ReadingNotes;
}

/** Words of the two decision members (three spellings), in the order they are read. */
export function saidWords(reply: JsonObject): Exclude<Said, undefined>[] {
  const words: Exclude<Said, undefined>[] = [];
  for (const member of ['decision', 'authorization_decision', 'authorizationDecision']) {
    const said = readWord(own(reply, member));
    if (said !== undefined) words.push(said);
  }
  return words;
}

/**
 * The outcome of words that may disagree: the stricter wins. A word outside the contract counts as BLOCK, so
 * that an outcome we do not understand never loosens one that we do.
 */
export function strictest(words: readonly Exclude<Said, undefined>[]): DecisionType | undefined {
  let outcome: DecisionType | undefined;
  for (const word of words) {
    const known = word === 'unknown' ? 'BLOCK' : word;
    outcome = outcome === undefined ? known : stricter(outcome, known);
  }
  return outcome;
}

/** Reads the body of a 2xx reply of `POST /v1/enforce`. Never throws. Source: SDK behaviour 4.1. */
export function readDecision(reply: JsonObject): ReadDecision {
  const dropped: string[] = [];
  const members = readMembers(reply, (member) => dropped.push(member));
  const words = saidWords(reply);
  const outcome = strictest(words) ?? 'BLOCK';
  const unknown = words.length === 0 || (outcome === 'BLOCK' && !words.includes('BLOCK'));
  const shadow = readWord(own(reply, 'shadow_decision') ?? own(reply, 'shadowDecision'));
  return {
    decision: {
      decision: outcome,
      ...members,
      ...(unknown ? { decisionReasonCode: 'unknown_decision' } : {}),
      ...(shadow === undefined || shadow === 'unknown' ? {} : { shadowDecision: shadow }),
    },
    notes: {
      dropped,
      ...(new Set(words).size > 1 ? { conflict: [...new Set(words)].join(' and ') } : {}),
    },
  };
}
