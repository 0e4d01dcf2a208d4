import { isDeepStrictEqual } from 'node:util';
import type { Decision, JsonObject, SessionFacts } from '../../engine/types.js';
import { canonicalize } from '../../evidence/canonical.js';
import { sha256Hex } from '../../evidence/signature.js';
import type { ServerContext } from '../context.js';
import type { Principal } from '../http/port.js';
import type { EnforceCall } from './call-request.js';
import type { DecisionIds } from './decision-record.js';

/** A decision that is on record, as the other surface that saw the call may share it. */
export interface DecidedCall {
  readonly decision: Decision;
  /** What the session had done when it was made. */
  readonly facts: SessionFacts;
  readonly ids: DecisionIds;
  readonly receipt: unknown;
}

/** A decision under way. Exactly one of the two must be called. */
export interface OpenJoin {
  recorded(decided: DecidedCall): void;
  failed(): void;
}

interface Entry {
  readonly surface: string;
  readonly expiresAt: number;
  /** Undefined when the decision did not come to be recorded. */
  readonly decided: Promise<DecidedCall | undefined>;
}

/** Between two surfaces of one call lies the way from the SDK to the server, nothing else. */
const WINDOW_MS = 120_000;
const MAX_CALLS = 10_000;

/**
 * Calls that a second surface may still ask about: an SDK in the agent and the proxy in front of the server see the same
 * one. Found by everything that makes it the same call, its arguments included; given out once, and never to the surface
 * that asked first, so that a repeated call is a call of its own.
 */
export class JoinableCalls {
  readonly #calls = new Map<string, Entry>();

  constructor(private readonly capacity: number = MAX_CALLS) {}

  /** What the other surface was told; looking takes it. */
  take(key: string, surface: string, now: number): Promise<DecidedCall | undefined> | undefined {
    const entry = this.#calls.get(key);
    if (entry === undefined || entry.surface === surface) return undefined;
    this.#calls.delete(key);
    return entry.expiresAt > now ? entry.decided : undefined;
  }

  /** Announces a decision before it is durable: in observe mode the second question overtakes the first. */
  open(key: string, surface: string, holdExpiresAt: number | undefined, now: number): OpenJoin {
    const { promise, resolve } = withResolvers<DecidedCall | undefined>();
    const entry = { surface, expiresAt: (holdExpiresAt ?? now) + WINDOW_MS, decided: promise };
    this.#calls.delete(key);
    this.#calls.set(key, entry);
    if (this.#calls.size > this.capacity) {
      const oldest = this.#calls.keys().next();
      if (oldest.done !== true) this.#calls.delete(oldest.value);
    }
    return {
      recorded: resolve,
      failed: () => {
        resolve(undefined);
        if (this.#calls.get(key) === entry) this.#calls.delete(key);
      },
    };
  }
}

/** Everything that makes two questions be about one call; undefined when the caller did not say which call it is. */
export function joinKey({ request, seenAs }: EnforceCall, principal: Principal): string | undefined {
  const digest = seenAs === undefined ? undefined : argumentsDigest(request.toolArgs);
  if (seenAs === undefined || digest === undefined) return undefined;
  return JSON.stringify([
    request.tenantId,
    principal.credentialId,
    request.sessionId,
    request.agentId,
    request.userId,
    request.endpointId ?? '',
    request.mode,
    request.environment,
    seenAs.toolCallId,
    request.toolName,
    digest,
  ]);
}

/** Undefined for arguments without a canonical form; nothing can be recorded of those either. */
function argumentsDigest(toolArgs: JsonObject | undefined): string | undefined {
  try {
    return sha256Hex(canonicalize(toolArgs ?? {}));
  } catch {
    return undefined;
  }
}

/** False once a hold was answered so long ago that the call it was for must have ended. */
export async function isFresh(
  { store, clock }: Pick<ServerContext, 'store' | 'clock'>,
  tenantId: string,
  holdToken: string,
): Promise<boolean> {
  const row = await store.read
    .selectFrom('approvals')
    .select('resolved_at')
    .where('tenant_id', '=', tenantId)
    .where('hold_token', '=', holdToken)
    .executeTakeFirst();
  return row !== undefined && (row.resolved_at === null || clock.now() - row.resolved_at <= WINDOW_MS);
}

/** Refusals are asked again and recorded again: who goes on after one is worth a record. So is a rewrite: it changes the call. */
export function isJoinable({ decision }: Decision): boolean {
  return decision === 'ALLOW' || decision === 'STEP_UP';
}

/** Whether deciding again, with what the second surface knows, comes to the recorded outcome in all that was recorded. */
export function comesToTheSame(first: Decision, second: Decision): boolean {
  return (
    isJoinable(second) &&
    first.decision === second.decision &&
    first.shadowDecision === second.shadowDecision &&
    isDeepStrictEqual(first.matchedRuleIds, second.matchedRuleIds) &&
    isDeepStrictEqual(first.flags, second.flags) &&
    isDeepStrictEqual(first.modifiedToolArgs, second.modifiedToolArgs)
  );
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
