import type { Answer } from '../scripted-enforcer.js';
import type { WordOutcome } from './words.js';

/**
 * Expected outcomes by status and body of `POST /v1/enforce`, written by hand from SDK behaviour 4.1, 5.3 and 4.3.
 *
 * malformed, rejected: refused with source `enforcer_rejected`, also with fail-open · outage: refused with source
 * `enforcer_unavailable`, runs with fail-open · unmappable: refused, the change cannot be applied
 */
export type ReplyOutcome = WordOutcome | 'malformed' | 'rejected' | 'outage' | 'unmappable' | 'no token';

const complete = { hold_token: 'h', modified_tool_args: { q: 'changed' } };

/** Bodies by name. `text` is sent as it is. */
export const BODIES: Readonly<Record<string, Answer>> = {
  allow: { body: { ...complete, decision: 'ALLOW' } },
  block: { body: { ...complete, decision: 'BLOCK' } },
  modify: { body: { ...complete, decision: 'MODIFY' } },
  defer: { body: { ...complete, decision: 'DEFER' } },
  stepUp: { body: { ...complete, decision: 'STEP_UP' } },
  'no word': { body: complete },
  'error object': { body: { error: { code: 'nope', message: 'no' } } },
  'MODIFY without arguments': { body: { decision: 'MODIFY' } },
  'MODIFY with null': { body: { decision: 'MODIFY', modified_tool_args: null } },
  'MODIFY with nothing': { body: { decision: 'MODIFY', modified_tool_args: {} } },
  'MODIFY with a list': { body: { decision: 'MODIFY', modified_tool_args: ['x'] } },
  'MODIFY with a text': { body: { decision: 'MODIFY', modified_tool_args: 'x' } },
  'STEP_UP without token': { body: { decision: 'STEP_UP' } },
  'STEP_UP with empty token': { body: { decision: 'STEP_UP', hold_token: ' ' } },
  'STEP_UP with odd token': { body: { decision: 'STEP_UP', hold_token: 7 } },
  empty: { text: '' },
  html: { text: '<html><body>ALLOW</body></html>', headers: { 'content-type': 'text/html' } },
  'half JSON': { text: '{"decision":"ALLOW","x":' },
  'two objects': { text: '{"decision":"ALLOW"}{"decision":"ALLOW"}' },
  list: { text: '[{"decision":"ALLOW"}]' },
  text: { text: '"ALLOW"' },
  'bare word': { text: 'ALLOW' },
  number: { text: '1' },
  null: { text: 'null' },
  true: { text: 'true' },
  'byte order mark': { text: '\uFEFF{"decision":"ALLOW"}' },
  'two words for one member': { text: '{"decision":"BLOCK","decision":"ALLOW"}' },
  'a member twice in another spelling': { text: '{"decision":"ALLOW","de\\u0063ision":"ALLOW"}' },
  'a member twice but for case': { text: '{"Decision":"BLOCK","decision":"ALLOW"}' },
  'arguments with a name twice': {
    text: '{"decision":"MODIFY","modified_tool_args":{"q":"changed", "q" : "other"}}',
  },
  'text that looks like members': {
    text: '{"decision":"ALLOW","reason":"\\"decision\\":1, \\\\","x":[{"a":":"},{"a":0}]}',
  },
  'names below that differ in case': {
    text: '{"decision":"MODIFY","modified_tool_args":{"q":"changed","Q":"other"}}',
  },
  'more than 1 MiB': { text: `{"decision":"ALLOW","x":"${'y'.repeat(1024 * 1024)}"}` },
};

/** What a readable 2xx reply comes to, closed and open alike. */
export const READ: Readonly<Record<string, ReplyOutcome>> = {
  allow: 'run',
  block: 'blocked',
  modify: 'changed',
  defer: 'deferred',
  stepUp: 'approval',
  'no word': 'unknown',
  'error object': 'unknown',
  'MODIFY without arguments': 'unmappable',
  'MODIFY with null': 'unmappable',
  'MODIFY with nothing': 'unmappable',
  'MODIFY with a list': 'unmappable',
  'MODIFY with a text': 'unmappable',
  'STEP_UP without token': 'no token',
  'STEP_UP with empty token': 'no token',
  'STEP_UP with odd token': 'no token',
  empty: 'malformed',
  html: 'malformed',
  'half JSON': 'malformed',
  'two objects': 'malformed',
  list: 'malformed',
  text: 'malformed',
  'bare word': 'malformed',
  number: 'malformed',
  null: 'malformed',
  true: 'malformed',
  'byte order mark': 'malformed',
  'two words for one member': 'malformed',
  'a member twice in another spelling': 'malformed',
  'a member twice but for case': 'malformed',
  'arguments with a name twice': 'malformed',
  'text that looks like members': 'run',
  'names below that differ in case': 'changed',
  'more than 1 MiB': 'malformed',
};

interface StatusRow {
  readonly statuses: readonly number[];
  /** `read`: by the body, table above. */
  readonly closed: ReplyOutcome | 'read';
  readonly open: ReplyOutcome | 'read';
}

/** Status by status. 204, 205 and 304 have no body. */
export const STATUSES: readonly StatusRow[] = [
  { statuses: [200, 201, 202, 203, 206, 299], closed: 'read', open: 'read' },
  { statuses: [204, 205], closed: 'malformed', open: 'malformed' },
  { statuses: [300, 301, 302, 303, 304, 307, 308], closed: 'malformed', open: 'malformed' },
  {
    statuses: [
      400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 412, 413, 415, 418, 421, 422, 425, 431, 451,
    ],
    closed: 'rejected',
    open: 'rejected',
  },
  { statuses: [429, 500, 501, 502, 503, 504, 507, 511, 599], closed: 'outage', open: 'run' },
];

/** Optional members, and values of the wrong type for every one of them: the decision stands. */
export const OPTIONAL_MEMBERS: readonly string[] = [
  'reason',
  'decision_reason_code',
  'action_classification',
  'violation_id',
  'step_up_timeout_seconds',
  'modification_reason',
  'defer_reason',
  'defer_timeout_seconds',
  'risk_score',
  'latency_ms',
  'pack_id',
  'pack_version',
  'rule_version',
  'regulatory_regimes',
  'matched_rule_ids',
  'matched_control_ids',
  'policy_references',
  'model_signals',
  'receipt',
  'decision_envelope_version',
  'enforcement_trace_id',
  'fastml_features',
  'score_components',
  'top_contributors',
  'decision_evidence',
  'explanation',
  'matchedRuleIds',
  'riskScore',
  'never_heard_of',
];
export const ODD_VALUES: readonly unknown[] = [null, true, [null], [[1]], { a: { b: [1] } }];
