import { ThothPolicyViolation } from '../../sdk/errors.js';
import { clean } from '../../sdk/logger.js';
import type { JsonObject } from '../../sdk/vocabulary.js';
import type { OpenCall } from './client-message.js';
import { INTERNAL_ERROR } from './error-codes.js';

// Every message here comes without framing: stdio adds a line end, HTTP a body or an event.

const MAX_TEXT = 800;

/**
 * The answer to a call that did not run: an error result with one short text, which every client shows to the
 * model; a JSON-RPC error would lose the text in some of them. Machine data stands under our own prefix.
 */
export function refusedResult(call: OpenCall, error: unknown): string {
  const violation = error instanceof ThothPolicyViolation ? error : undefined;
  return errorResult(call, refusalText(call.name, violation), {
    'ai.thoth/decision': violation?.authorizationDecision ?? 'BLOCK',
    'ai.thoth/source': violation?.source ?? 'enforcer_rejected',
    ...(violation?.decisionReasonCode === undefined
      ? {}
      : { 'ai.thoth/reason_code': violation.decisionReasonCode }),
    ...(violation?.violationId === undefined ? {} : { 'ai.thoth/violation_id': violation.violationId }),
    ...(violation?.deferTimeoutSeconds === undefined
      ? {}
      : { 'ai.thoth/retry_after_seconds': violation.deferTimeoutSeconds }),
  });
}

function refusalText(toolName: string, violation: ThothPolicyViolation | undefined): string {
  if (violation === undefined) return `Thoth could not govern tool '${toolName}', so it did not run.`;
  if (violation.source === 'enforcer_unavailable' || violation.source === 'enforcer_rejected') {
    return `Thoth got no decision for tool '${toolName}' (${violation.reason}), so it did not run. This is not a policy refusal.`;
  }
  return violation.message;
}

/** The answer to a call that was not even asked for, because of a rule of the proxy itself. */
export function ruledOutResult(call: OpenCall, reasonCode: string, why: string): string {
  return errorResult(call, `Thoth blocked tool '${call.name}': ${why}`, {
    'ai.thoth/decision': 'BLOCK',
    'ai.thoth/source': 'local_predicate',
    'ai.thoth/reason_code': reasonCode,
  });
}

/** The answer to a call whose server went away; whether it took effect is unknown. */
export function lostCallResult(call: OpenCall, why: string): string {
  return errorResult(
    call,
    `The MCP server ${why} before it answered; the outcome of '${call.name}' is unknown.`,
    {
      'ai.thoth/source': 'server_gone',
    },
  );
}

/** Stands in for the answer to a call that ran, when its client comes back for it too late. */
export function unkeptCallResult(call: OpenCall): string {
  const text = `The MCP server answered the call of '${call.name}' while the connection was broken, and the answer is no longer kept. The call did run: find out what it did before you make it again.`;
  return errorResult(call, text, { 'ai.thoth/source': 'answer_not_kept' });
}

export function unkeptReply(id: string): string {
  const text =
    'the MCP server answered while the connection was broken, and the answer is no longer kept; send the request again';
  return errorReply(id, INTERNAL_ERROR, text);
}

/** The answer to a call that the server turned away by a status of HTTP, so that it did not run. */
export function turnedAwayResult(call: OpenCall, status: number): string {
  const text = `The MCP server turned the call of '${call.name}' away with status ${status}${remedy(status)}.`;
  return errorResult(call, text, { 'ai.thoth/source': 'server_status', 'ai.thoth/status': status });
}

export function turnedAwayReply(id: string, status: number): string {
  const text = `the MCP server turned the request away with status ${status}${remedy(status)}`;
  return errorReply(id, INTERNAL_ERROR, text);
}

function remedy(status: number): string {
  if (status === 401 || status === 403) return '; a credential for it is given with --header';
  return status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
}

function errorResult(call: OpenCall, text: string, meta: Readonly<Record<string, string | number>>): string {
  const result = {
    content: [{ type: 'text', text: clean(text).slice(0, MAX_TEXT) }],
    isError: true,
    ...(call.modern ? { resultType: 'complete' } : {}),
    _meta: meta,
  };
  return `{"jsonrpc":"2.0","id":${call.id},"result":${JSON.stringify(result)}}`;
}

/** The answer to a call about which the user is asked: the client repeats it with what the user said. */
export function inputRequiredResult(call: OpenCall, inputRequests: JsonObject, requestState: string): string {
  const result = { resultType: 'input_required', inputRequests, requestState };
  return `{"jsonrpc":"2.0","id":${call.id},"result":${JSON.stringify(result)}}`;
}

/** A question of ours to the user, for clients that take requests. */
export function userRequest(id: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'elicitation/create', params });
}

/** Takes a question of ours back. */
export function cancelledRequest(id: string): string {
  const params = { requestId: id, reason: 'the call was decided elsewhere' };
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
}

/** Tells the server that a call that runs is no longer wanted. */
export function cancelledCall(id: string): string {
  return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id}}}`;
}

/** JSON-RPC error for malformed input and for requests that can no longer be answered. */
export function errorReply(id: string, code: number, message: string): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify({ code, message })}}`;
}

/** Stands in place of what a server sent, where it could carry a list of tools or a secret past the checks. */
export function unjudgedReply(): string {
  return errorReply('null', INTERNAL_ERROR, 'refused by Thoth: what the server sent is not one message');
}

export function lostRequestReply(id: string, why: string): string {
  return errorReply(id, INTERNAL_ERROR, `the MCP server ${why} before it answered`);
}

/**
 * Keep-alive of a held call. The values stay below one, so that progress of the server itself, once the call
 * runs, still only grows.
 */
export function waitingProgress(progressToken: string, step: number): string {
  return `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${progressToken},"progress":${step / 10_000},"message":"waiting for approval"}}`;
}
