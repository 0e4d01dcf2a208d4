import { describe, expect, it } from 'vitest';
import { isOwnState, RequestStates } from '../../src/run/mcp/request-state.js';

const CALL = { name: 'read', args: { a: 1, b: [true, null] } };

describe('the state that a client brings back', () => {
  const states = new RequestStates();
  const state = states.issue('id-1', 'alice', CALL, 60_000);

  it('names the call it was made for, however its arguments are ordered', () => {
    expect(isOwnState(state)).toBe(true);
    expect(states.verify(state, 'alice', CALL)).toBe('id-1');
    expect(states.verify(state, 'alice', { name: 'read', args: { b: [true, null], a: 1 } })).toBe('id-1');
  });

  it.each([
    ['another principal', 'mallory', CALL],
    ['another tool', 'alice', { ...CALL, name: 'write' }],
    ['other arguments', 'alice', { name: 'read', args: { a: 2, b: [true, null] } }],
    ['no arguments', 'alice', { name: 'read', args: undefined }],
  ])('is good for nothing with %s', (_what, principal, call) => {
    expect(states.verify(state, principal, call)).toBeUndefined();
  });

  it('is good for nothing once it expired, nor in another run', () => {
    expect(states.verify(states.issue('id-2', 'alice', CALL, -1), 'alice', CALL)).toBeUndefined();
    expect(new RequestStates().verify(state, 'alice', CALL)).toBeUndefined();
  });

  it('is good for nothing when any character of it changed', () => {
    for (let at = 0; at < state.length; at += 1) {
      const other = state[at] === '1' ? '2' : '1';
      const changed = `${state.slice(0, at)}${other}${state.slice(at + 1)}`;
      expect([at, states.verify(changed, 'alice', CALL)]).toEqual([at, undefined]);
    }
    for (const part of ['', 'thoth1.', `${state}x`, ` ${state}`, state.slice(0, -1)]) {
      expect(states.verify(part, 'alice', CALL)).toBeUndefined();
    }
  });
});
