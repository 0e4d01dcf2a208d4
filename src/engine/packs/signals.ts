import { isJsonObject } from '../json-object.js';
import { sensitivityRank } from '../sensitivity.js';
import type { EngineRequest, JsonObject } from '../types.js';

/** Highest confidence, 0 to 1, with which a call shows each kind of signal; 0 is none. */
export interface RiskSignals {
  readonly mismatch: number;
  readonly delegation: number;
}

/**
 * How far a kind of sign is believed. The call contradicting itself or its binding is certain, an inference from a single
 * member is not. Fixed here and never taken from the caller: an agent must not talk its own signals down.
 */
const CERTAIN = 1;
const LIKELY = 0.7;
const WEAK = 0.3;

const CONFIDENTIAL = 2;

/** What a call says about itself that does not fit together. Pure; absent members are no sign. */
export function riskSignals(request: EngineRequest): RiskSignals {
  const policy = objectOf(request.metadata?.['policy_context']);
  return {
    mismatch: Math.max(purposeMismatch(request, policy), sensitivityMismatch(request, policy)),
    delegation: delegation(request),
  };
}

function purposeMismatch(request: EngineRequest, policy: JsonObject | undefined): number {
  const { purpose, taskContext: task, identityBinding: identity } = request;
  if (purpose === undefined) {
    // Sensitive data for no stated purpose is odd, but most callers never state one.
    return rankOf(request.dataClassification) >= CONFIDENTIAL ? WEAK : 0;
  }
  const intended = textOf(task, 'purpose');
  if (intended !== undefined && intended !== purpose) return CERTAIN;
  const allowed = [identity, policy, task].map((source) => textsOf(source, 'allowed_purposes'));
  return allowed.some((list) => list !== undefined && !list.includes(purpose)) ? CERTAIN : 0;
}

function sensitivityMismatch(request: EngineRequest, policy: JsonObject | undefined): number {
  const rank = rankOf(request.dataClassification);
  const { taskContext: task, identityBinding: identity } = request;
  const limits = [
    textOf(identity, 'clearance'),
    textOf(policy, 'max_sensitivity'),
    textOf(task, 'max_sensitivity'),
  ];
  if (limits.some((limit) => limit !== undefined && rank > rankOf(limit))) return CERTAIN;
  const expected = textOf(task, 'data_classification');
  return expected !== undefined && rank > rankOf(expected) ? LIKELY : 0;
}

/** 0 to 1. Another agent in the call's history is certain; an unknown initiator is likely one. */
function delegation(request: EngineRequest): number {
  const { agentId, userId, taskContext: task } = request;
  const foreign = (name: string | undefined): boolean =>
    name !== undefined && name !== '' && name !== agentId && name !== userId;
  if (foreign(request.callerAgentId)) return CERTAIN;
  if (foreign(textOf(request.identityBinding, 'agent_id'))) return CERTAIN;
  if ((textsOf(task, 'chain') ?? []).some(foreign)) return CERTAIN;
  return foreign(textOf(task, 'initiated_by') ?? textOf(task, 'initiatedBy')) ? LIKELY : 0;
}

function rankOf(label: string | undefined): number {
  return sensitivityRank((label ?? '').trim().toLowerCase());
}

function objectOf(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

function textOf(source: JsonObject | undefined, member: string): string | undefined {
  const value = source?.[member];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(source: JsonObject | undefined, member: string): readonly string[] | undefined {
  const value = source?.[member];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;
}
