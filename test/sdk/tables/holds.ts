import type { Answer } from '../scripted-enforcer.js';

/**
 * Expected outcomes of hold polls, written by hand from SDK behaviour 6, rules 4 to 7.
 *
 * pending: polled again · gone: refused at once · unmappable: refused, the change cannot be applied · unknown:
 * refused with `unknown_decision`
 */
export type HoldOutcome =
  'run' | 'changed' | 'blocked' | 'deferred' | 'pending' | 'gone' | 'unmappable' | 'unknown';

export const SAID_ON_HOLD: Readonly<Record<string, readonly unknown[]>> = {
  absent: [undefined, null, ''],
  ALLOW: ['ALLOW', 'allow '],
  MODIFY: ['MODIFY', 'TRANSFORM'],
  STEP_UP: ['STEP_UP', 'REVIEW'],
  DEFER: ['DEFER', 'HOLD'],
  BLOCK: ['BLOCK', 'DENY'],
  other: ['APPROVED', 7],
};

/** `resolved: true`. Rows: `resolution`; columns: `decision`. */
export const RESOLVED = `
          absent   ALLOW    MODIFY   STEP_UP  DEFER    BLOCK    other
absent    unknown  run      changed  unknown  deferred blocked  blocked
ALLOW     run      run      changed  run      deferred blocked  blocked
MODIFY    changed  changed  changed  changed  deferred blocked  blocked
STEP_UP   unknown  run      changed  unknown  deferred blocked  blocked
DEFER     deferred deferred deferred deferred deferred blocked  blocked
BLOCK     blocked  blocked  blocked  blocked  blocked  blocked  blocked
other     blocked  blocked  blocked  blocked  blocked  blocked  blocked
`;

/** `resolved` false, absent or not a boolean: `resolution` says nothing yet. */
export const NOT_RESOLVED = `
          absent   ALLOW    MODIFY   STEP_UP  DEFER    BLOCK    other
absent    pending  run      changed  pending  deferred blocked  pending
ALLOW     pending  run      changed  pending  deferred blocked  pending
MODIFY    pending  run      changed  pending  deferred blocked  pending
STEP_UP   pending  run      changed  pending  deferred blocked  pending
DEFER     pending  run      changed  pending  deferred blocked  pending
BLOCK     pending  run      changed  pending  deferred blocked  pending
other     pending  run      changed  pending  deferred blocked  pending
`;
export const UNRESOLVED_VALUES: readonly unknown[] = [false, undefined, null, 'true', 1];

const approved = { resolved: true, resolution: 'ALLOW', decision: 'ALLOW' };

/** Replies that are told apart by status or damage. */
export const HOLD_REPLIES: readonly { readonly answers: readonly Answer[]; readonly outcome: HoldOutcome }[] =
  [
    { answers: [{ status: 200, body: approved }], outcome: 'run' },
    // An approval that brings rewritten arguments approves those.
    { answers: [{ body: { ...approved, modified_tool_args: { q: 'changed' } } }], outcome: 'changed' },
    { answers: [401, 403, 404, 410].map((status) => ({ status, body: approved })), outcome: 'gone' },
    {
      answers: [201, 202, 204, 302, 307, 400, 405, 409, 422, 429, 500, 502, 503, 504].map((status) => ({
        status,
        body: approved,
      })),
      outcome: 'pending',
    },
    {
      answers: [
        { text: '' },
        { text: '<html>' },
        { text: '{"resolved":true,"resolution":"ALLOW"' },
        { text: '[{"resolved":true,"resolution":"ALLOW"}]' },
        { text: '"ALLOW"' },
        { text: 'null' },
        { destroy: true },
      ],
      outcome: 'pending',
    },
    {
      answers: [
        {},
        { modified_tool_args: null },
        { modified_tool_args: {} },
        { modified_tool_args: [1] },
      ].map((members) => ({ body: { resolved: true, resolution: 'MODIFY', ...members } })),
      outcome: 'unmappable',
    },
  ];
