import { objectMember, ownMember, textMember, type JsonObject } from '../tenants/json-documents.js';

/** Tokens one model call used, as its sender reported them. */
export interface TokenUsage {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  /** What the sender believes it cost, in US dollars. */
  readonly estimatedUsd: number | undefined;
}

/**
 * Token usage of a stored event; undefined when it reports none. Only model calls count: the end of a session repeats
 * the sum of what its model calls reported. The newer event form may spell its members in camelCase.
 */
export function tokenUsage(event: JsonObject): TokenUsage | undefined {
  if (textMember(event, 'event_type') !== 'LLM_INVOCATION') return undefined;
  const metadata = objectMember(event, 'metadata');
  const number = (...names: string[]) => firstNumber(metadata, names);
  const prompt = number('prompt_tokens', 'promptTokens');
  const completion = number('completion_tokens', 'completionTokens');
  const total = number('total_tokens', 'totalTokens');
  if (prompt === undefined && completion === undefined && total === undefined) return undefined;
  return {
    prompt: prompt ?? 0,
    completion: completion ?? 0,
    total: total ?? (prompt ?? 0) + (completion ?? 0),
    provider: textMember(metadata, 'provider'),
    model: textMember(metadata, 'model_name') ?? textMember(metadata, 'modelName'),
    estimatedUsd: number('estimated_cost_usd', 'estimatedCostUsd', 'cost_usd', 'costUsd'),
  };
}

function firstNumber(metadata: JsonObject, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = ownMember(metadata, name);
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  }
  return undefined;
}
