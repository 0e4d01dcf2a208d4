import type { EnforcementMode, EngineRequest, JsonObject } from '../../engine/types.js';
import { HttpError, type Principal } from '../http/port.js';

/** A narrowed `/v1/enforce` body: what the engine decides on, and what the reply and the record carry through. */
export interface EnforceCall {
  readonly request: EngineRequest;
  readonly traceId: string | undefined;
  readonly attestationId: string | undefined;
  /** The client's own request id, for correlation only. */
  readonly clientRequestId: string | undefined;
  /** The agent's own name of the call, and which surface saw it. */
  readonly toolCallId: string | undefined;
  /** What the client of an MCP server calls itself. */
  readonly mcpClient: string | undefined;
  readonly seenAs: SeenAs | undefined;
}

/** Says which of two questions are about one call. */
interface SeenAs {
  readonly toolCallId: string;
  readonly surface: (typeof SURFACES)[number];
}

const MODES: Readonly<Record<string, EnforcementMode>> = {
  observe: 'observe',
  shadow: 'observe',
  step_up: 'step_up',
  block: 'block',
  progressive: 'progressive',
};

const SURFACES = ['sdk', 'mcp'] as const;
const LONE_SURROGATE = /\p{Surrogate}/u;
const MAX_NAME_LENGTH = 1024;
/** The newest calls kept of the client's history. Two SDKs let it grow for ever, and every decision stores it. */
const MAX_HISTORY = 128;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(field: string, problem: string): HttpError {
  return new HttpError(400, 'invalid_request', `${field} ${problem}`, { field });
}

function text(body: JsonObject, field: string): string {
  const value = body[field];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(field, 'must be a string');
  // Half a surrogate pair has no canonical form, so no evidence of the call could be kept. 400 is a refusal in every SDK.
  if (LONE_SURROGATE.test(value)) throw invalid(field, 'is not well-formed Unicode');
  if (value.length > MAX_NAME_LENGTH) throw invalid(field, `is longer than ${MAX_NAME_LENGTH} characters`);
  return value;
}

/** Every SDK sends these; empty is accepted, absent is malformed. */
function requiredText(body: JsonObject, field: string): string {
  if (typeof body[field] !== 'string') throw invalid(field, 'is required and must be a string');
  return text(body, field);
}

function requiredTexts(body: JsonObject, field: string): readonly string[] {
  if (body[field] === undefined) throw invalid(field, 'is required');
  return texts(body, field);
}

function optionalText(body: JsonObject, field: string): string | undefined {
  const value = text(body, field);
  return value === '' ? undefined : value;
}

function texts(body: JsonObject, field: string): readonly string[] {
  const value = body[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(field, 'must be a list of strings');
  const list: unknown[] = value;
  if (!list.every((entry): entry is string => typeof entry === 'string')) {
    throw invalid(field, 'must be a list of strings');
  }
  return list;
}

function object(body: JsonObject, field: string): JsonObject | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalid(field, 'must be an object');
  return value;
}

function member(parent: JsonObject | undefined, field: string): string | undefined {
  return parent !== undefined && typeof parent[field] === 'string' ? optionalText(parent, field) : undefined;
}

function mode(body: JsonObject): EnforcementMode {
  const word = requiredText(body, 'enforcement_mode').trim().toLowerCase();
  const known = Object.hasOwn(MODES, word) ? MODES[word] : undefined;
  if (known === undefined) {
    throw invalid('enforcement_mode', 'must be observe, step_up, block, progressive or shadow');
  }
  return known;
}

function tenant(body: JsonObject, principal: Principal): string {
  const claimed = requiredText(body, 'tenant_id');
  // Go sends an empty tenant when none was configured: the credential then says which tenant it is.
  if (claimed !== '' && claimed !== principal.tenantId) {
    throw new HttpError(403, 'forbidden', 'the credential belongs to another tenant');
  }
  return principal.tenantId;
}

/** A name worth keeping; anything else is no reason to refuse the call. */
function callId(metadata: JsonObject | undefined): string | undefined {
  const id = metadata?.['tool_call_id'];
  return typeof id === 'string' && /^[\w.:/+=-]{1,256}$/.test(id) ? id : undefined;
}

function shortText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || LONE_SURROGATE.test(value)) return undefined;
  return value.length <= 200 ? value : undefined;
}

/** Only whole arguments can be compared: a cut-off call is never taken for another. */
function seenAs(metadata: JsonObject | undefined): SeenAs | undefined {
  const toolCallId = callId(metadata);
  const surface = SURFACES.find((known) => known === metadata?.['surface']);
  if (toolCallId === undefined || surface === undefined) return undefined;
  return metadata?.['tool_args_truncated'] === true ? undefined : { toolCallId, surface };
}

/** A scoped key speaks only for its own target; a body that names nobody is taken to mean that target. */
function scoped(claimed: string | undefined, level: string, principal: Principal): string | undefined {
  if (principal.scope.level !== level || principal.scope.targetId === null) return claimed;
  if (claimed !== undefined && claimed !== principal.scope.targetId) {
    throw new HttpError(403, 'forbidden', `this key may only act for its own ${level}`);
  }
  return principal.scope.targetId;
}

/**
 * Narrows a body of `POST /v1/enforce`. Unknown members are ignored and empty identities accepted, because the SDKs in
 * the field send them; throws 400 for what cannot be decided on and 403 for an identity the credential may not use.
 */
export function readEnforceCall(body: unknown, principal: Principal, receivedAt: string): EnforceCall {
  if (!isObject(body)) throw invalid('body', 'must be a JSON object');
  const toolName = requiredText(body, 'tool_name');
  if (toolName === '') throw invalid('tool_name', 'must not be empty');
  const metadata = object(body, 'metadata');
  const history = requiredTexts(body, 'session_tool_calls');
  const environment = text(body, 'environment').trim().toLowerCase();
  return {
    request: {
      tenantId: tenant(body, principal),
      agentId: scoped(requiredText(body, 'agent_id') || undefined, 'agent', principal) ?? '',
      userId: requiredText(body, 'user_id'),
      toolName,
      toolArgs: object(body, 'tool_args'),
      sessionId: requiredText(body, 'session_id'),
      sessionToolCalls: history.length > MAX_HISTORY ? history.slice(-MAX_HISTORY) : history,
      approvedScope: requiredTexts(body, 'approved_scope'),
      mode: mode(body),
      environment: environment === '' ? 'prod' : environment,
      sessionIntent: optionalText(body, 'session_intent'),
      purpose: optionalText(body, 'purpose'),
      dataClassification: optionalText(body, 'data_classification'),
      taskContext: object(body, 'task_context'),
      identityBinding: object(body, 'identity_binding'),
      metadata,
      callerAgentId:
        member(object(body, 'delegation_context'), 'caller_agent_id') ?? member(metadata, 'caller_agent_id'),
      endpointId: scoped(
        optionalText(body, 'endpoint_id') ?? member(metadata, 'endpoint_id'),
        'endpoint',
        principal,
      ),
      fleetId: scoped(optionalText(body, 'fleet_id'), 'fleet', principal),
      receivedAt,
    },
    traceId: optionalText(body, 'enforcement_trace_id'),
    attestationId: optionalText(body, 'action_attestation_id'),
    clientRequestId: optionalText(body, 'request_id'),
    toolCallId: callId(metadata),
    mcpClient: shortText(metadata?.['mcp_client']),
    seenAs: seenAs(metadata),
  };
}
