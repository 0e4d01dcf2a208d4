import { isJsonObject, type JsonObject } from '../vocabulary.js';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const object = (value: unknown): JsonObject | undefined => (isJsonObject(value) ? value : undefined);
const texts = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) && value.every((entry): entry is string => typeof entry === 'string')
    ? value
    : undefined;
const objects = (value: unknown): readonly JsonObject[] | undefined =>
  Array.isArray(value) && value.every(isJsonObject) ? value : undefined;

/** Optional members of a decision by camelCase name, each with the reader that narrows it. */
const READERS = {
  reason: text,
  decisionReasonCode: text,
  actionClassification: text,
  violationId: text,
  holdToken: text,
  stepUpTimeoutSeconds: number,
  selfApproval: object,
  joinedDecisionId: text,
  modifiedToolArgs: object,
  modificationReason: text,
  deferReason: text,
  deferTimeoutSeconds: number,
  riskScore: number,
  latencyMs: number,
  packId: text,
  packVersion: text,
  ruleVersion: number,
  regulatoryRegimes: texts,
  matchedRuleIds: texts,
  matchedControlIds: texts,
  policyReferences: texts,
  modelSignals: texts,
  receipt: object,
  decisionEnvelopeVersion: text,
  enforcementTraceId: text,
  actionAttestationId: text,
  fastmlFeatures: object,
  scoreComponents: object,
  topContributors: objects,
  decisionEvidence: object,
  explanation: object,
};

type MemberName = keyof typeof READERS;
export type DecisionMembers = {
  readonly [Name in MemberName]?: NonNullable<ReturnType<(typeof READERS)[Name]>>;
};

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** By both spellings. */
const MEMBERS = new Map(
  Object.entries(READERS).flatMap(([name, read]) => {
    const member = { name, wire: snakeCase(name), read };
    return [member.wire, name].map((spelling) => [spelling, member] as const);
  }),
);

/**
 * Reads every optional member leniently: one of the wrong type is dropped and named to `onDropped`, and the
 * decision stands. snake_case wins over camelCase.
 */
export function readMembers(reply: JsonObject, onDropped: (member: string) => void): DecisionMembers {
  const members: Record<string, unknown> = {};
  for (const spelling of Object.keys(reply)) {
    const member = MEMBERS.get(spelling);
    const raw = reply[spelling];
    if (member === undefined || raw === undefined || raw === null) continue;
    const { name, wire, read } = member;
    if (spelling !== wire && (own(reply, wire) ?? null) !== null) continue;
    const value = read(raw);
    if (value === undefined) onDropped(wire);
    else members[name] = value;
  }
  return members;
}

/** An own member only: a reply must not decide anything through `__proto__`. */
export function own(reply: JsonObject, name: string): unknown {
  return Object.hasOwn(reply, name) ? reply[name] : undefined;
}
