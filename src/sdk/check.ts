import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { ResolvedConfig } from './config/options.js';
import { readDecision, type EnforcementDecision, type ReadDecision } from './decision/read.js';
import { hasDoubtfulMembers } from '../json/doubtful-members.js';
import { hintFor } from './hints.js';
import { credentialHeaders } from './transport/credentials.js';
import type { TransportFailure } from './transport/failure.js';
import type { HttpReply, Transport } from './transport/transport.js';
import { isJsonObject, type JsonObject } from './vocabulary.js';

export interface CheckFailure {
  readonly kind: 'failure';
  readonly source: 'enforcer_unavailable' | 'enforcer_rejected';
  readonly reason: string;
  readonly code: string;
}

export type CheckOutcome =
  | { readonly kind: 'decision'; readonly decision: EnforcementDecision; readonly raw: JsonObject }
  | CheckFailure;

export interface CheckRequest {
  readonly toolName: string;
  readonly toolArgs: JsonObject | undefined;
  readonly argsLossy: boolean;
  readonly metadata?: JsonObject | undefined;
  readonly sessionId: string;
  readonly traceId: string;
  readonly attestationId: string;
  /** Tools run so far, the current one last. */
  readonly history: readonly string[];
}

/** Body of `POST /v1/enforce`. */
export function checkBody(config: ResolvedConfig, request: CheckRequest): JsonObject {
  const { metadata: own, argsLossy } = request;
  const metadata =
    own === undefined && !argsLossy
      ? config.metadata
      : Object.assign({}, own, config.metadata, argsLossy ? { tool_args_truncated: true } : undefined);
  return {
    request_id: randomUUID(),
    occurred_at: new Date().toISOString(),
    agent_id: config.agentId,
    tenant_id: config.tenantId,
    user_id: config.userId,
    tool_name: request.toolName,
    session_id: request.sessionId,
    session_tool_calls: request.history,
    approved_scope: config.approvedScope,
    enforcement_mode: config.enforcement,
    environment: config.environment,
    enforcement_trace_id: request.traceId,
    action_attestation_id: request.attestationId,
    identity_binding: config.identityBinding,
    tool_args: request.toolArgs,
    session_intent: config.sessionIntent,
    purpose: config.purpose,
    data_classification: config.dataClassification,
    task_context: config.taskContext,
    metadata,
  };
}

/** Sends one check: one attempt, bounded by `enforceTimeoutMs`. Never throws. */
export async function sendCheck(
  transport: Transport,
  config: ResolvedConfig,
  body: JsonObject,
): Promise<CheckOutcome> {
  const outcome = await transport.send({
    lane: 'checks',
    method: 'POST',
    path: '/v1/enforce',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...credentialHeaders(config.apiKey) },
    timeoutMs: config.enforceTimeoutMs,
    retryOnce: true,
  });
  return outcome.kind === 'failure' ? transportFailure(config, outcome) : readReply(config, outcome);
}

function readReply(config: ResolvedConfig, reply: HttpReply): CheckOutcome {
  const { status } = reply;
  if (status === 429 || status >= 500) {
    return { kind: 'failure', source: 'enforcer_unavailable', reason: UNAVAILABLE, code: `http_${status}` };
  }
  if (status >= 400) {
    config.logger.error(
      `enforcer refused the request: status=${status} host=${new URL(config.apiUrl).host} request_id=${reply.requestId ?? '-'}; ${hintFor(reply)}`,
    );
    return {
      kind: 'failure',
      source: 'enforcer_rejected',
      reason: `enforcer rejected request (status=${status})`,
      code: `http_${status}`,
    };
  }
  const raw = status >= 200 && status < 300 ? parseObject(reply.body) : undefined;
  if (raw === undefined) {
    config.logger.error(
      `enforcer sent a malformed reply: status=${status} host=${new URL(config.apiUrl).host} content_type=${reply.contentType}`,
    );
    return {
      kind: 'failure',
      source: 'enforcer_rejected',
      reason: 'enforcer sent a malformed reply',
      code: 'malformed_reply',
    };
  }
  const read = readDecision(raw);
  logNotes(config, read);
  return { kind: 'decision', decision: read.decision, raw };
}

const UNAVAILABLE = 'enforcer unavailable';

function transportFailure(config: ResolvedConfig, failure: TransportFailure): CheckFailure {
  if (failure.source === 'enforcer_unavailable') {
    return { kind: 'failure', source: failure.source, reason: UNAVAILABLE, code: failure.code };
  }
  config.logger.error(
    `enforcer could not be trusted or understood: ${failure.code} host=${new URL(config.apiUrl).host}`,
  );
  return {
    kind: 'failure',
    source: failure.source,
    reason: `enforcer connection refused by the SDK (${failure.code})`,
    code: 'connection_rejected',
  };
}

/** An object that says the same to every reader; undefined for anything else. */
export function parseObject(body: Buffer | undefined): JsonObject | undefined {
  // Bytes that are no UTF-8 would be replaced without a word, also in arguments a tool is to run with.
  if (body === undefined || body.length === 0 || !isUtf8(body)) return undefined;
  try {
    const text = body.toString('utf8');
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) && !hasDoubtfulMembers(text, parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function logNotes(config: ResolvedConfig, read: ReadDecision): void {
  if (read.notes.conflict !== undefined) {
    config.logger.warn(
      `the enforcer's decision words disagree (${read.notes.conflict}); the stricter one holds`,
    );
  }
  for (const member of read.notes.dropped) {
    config.logger.debug(`decision member ${member} has the wrong type and is ignored`);
  }
}
