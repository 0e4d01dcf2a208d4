import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flush } from '../../src/sdk/index.js';
import { mapModifiedArguments } from '../../src/sdk/modify.js';
import { MAX_ARGUMENT_BYTES, toWireArguments } from '../../src/sdk/wire-args.js';
import { governedTool, refusalOf } from './governed-tool.js';
import { ScriptedEnforcer } from './scripted-enforcer.js';

const map = (values: unknown[], modified?: Record<string, unknown>) =>
  mapModifiedArguments({ values, lossy: false }, modified);

describe('mapping changed arguments', () => {
  it.each([
    ['a list to positional arguments', ['a', 1], { args: ['b', 2] }, ['b', 2]],
    ['an object as a whole, never merged', [{ a: 1, b: 2 }], { a: 9 }, [{ a: 9 }]],
    ['an object that has a member args', [{ args: [1] }], { args: [2] }, [{ args: [2] }]],
    ['arg0 to a single argument', ['a'], { arg0: 'b' }, ['b']],
    ['input to a single argument', ['a'], { input: 'b' }, ['b']],
    ['arg0 to argN', ['a', 'b'], { arg0: 'x', arg1: 'y' }, ['x', 'y']],
  ])('maps %s', (_what, values, modified, expected) => {
    expect(map(values, modified)).toEqual(expected);
  });

  it.each([
    ['nothing', ['a'], undefined],
    ['an empty object', [{ a: 1 }], {}],
    ['names for a positional call', ['a', 'b'], { path: 'x' }],
    ['a gap', ['a', 'b'], { arg0: 'x', arg2: 'y' }],
    ['too few', ['a', 'b'], { arg0: 'x' }],
    ['input for two arguments', ['a', 'b'], { input: 'x' }],
    ['names for a call without arguments', [], { path: 'x' }],
  ])('cannot apply %s', (_what, values, modified) => {
    expect(map(values, modified)).toBeUndefined();
  });

  it('never gives back the original arguments of a call whose change it cannot apply', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 4 }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (values, modified) => {
          const mapped = map(values, modified);
          if (mapped !== undefined) expect(Object.keys(modified).length).toBeGreaterThan(0);
          if (Object.keys(modified).length === 0) expect(mapped).toBeUndefined();
        },
      ),
    );
  });

  it('applies a mirrored reply to any call of one object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 }), (args) => {
        const { toolArgs, lossy } = toWireArguments([args]);
        if (lossy || toolArgs === undefined) return;
        expect(map([args], JSON.parse(JSON.stringify(toolArgs)) as Record<string, unknown>)).toHaveLength(1);
      }),
    );
  });
});

describe('a MODIFY decision', () => {
  let enforcer: ScriptedEnforcer;
  beforeAll(async () => {
    enforcer = await ScriptedEnforcer.start();
  });
  afterAll(async () => {
    await flush();
    await enforcer.stop();
  });

  it.each([
    ['without arguments', { decision: 'MODIFY' }],
    ['with null', { decision: 'MODIFY', modified_tool_args: null }],
    ['with an empty object', { decision: 'MODIFY', modified_tool_args: {} }],
    ['with a list', { decision: 'MODIFY', modified_tool_args: [1] }],
    ['with names for a positional call', { decision: 'MODIFY', modified_tool_args: { path: '/x' } }],
  ])('%s refuses the call', async (_what, body) => {
    enforcer.decide(body);
    const tool = governedTool(enforcer);
    expect(await refusalOf(tool.run('a', 'b'))).toMatchObject({
      decisionReasonCode: 'modify_not_applicable',
    });
    expect(tool.entered).toEqual([]);
  });

  it('runs with the changed arguments and says so, without telling them', async () => {
    enforcer.decide({
      decision: 'MODIFY',
      modified_tool_args: { q: 'canary-after' },
      modification_reason: 'canary-why',
    });
    const tool = governedTool(enforcer);
    await tool.run({ q: 'canary-before' });
    expect(tool.entered).toEqual([[{ q: 'canary-after' }]]);
    await flush();
    expect(enforcer.metadataOf('post').at(-1)).toMatchObject({
      authorization_decision: 'MODIFY',
      arguments_modified: true,
    });
    expect(enforcer.eventPosts.map(({ text }) => text).join()).not.toContain('canary');
  });

  it('refuses when the policy saw less than the call holds', async () => {
    enforcer.decide({ decision: 'MODIFY', modified_tool_args: { q: 'x' } });
    const tool = governedTool(enforcer);
    await refusalOf(tool.run({ q: 'x', deep: { a: { b: { c: { d: { e: { f: 1 } } } } } } }));
    expect(tool.entered).toEqual([]);
  });
});

describe('arguments on the wire', () => {
  it('survives whatever a tool can be called with', () => {
    const circular: Record<string, unknown> = { name: 'loop' };
    circular['self'] = circular;
    const throwing = Object.defineProperty({}, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    const { toolArgs, lossy } = toWireArguments([
      {
        circular,
        throwing,
        big: 12n,
        when: new Date(0),
        never: new Date(NaN),
        fn: () => 1,
        symbol: Symbol('s'),
        bytes: Buffer.from('text'),
        map: new Map([['k', 1]]),
        set: new Set([1]),
        missing: undefined,
        nothing: null,
        nan: NaN,
        error: new TypeError('boom'),
      },
    ]);
    expect(lossy).toBe(true);
    expect(JSON.parse(JSON.stringify(toolArgs))).toEqual({
      circular: { name: 'loop', self: '[circular]' },
      throwing: '[unreadable]',
      big: '12',
      when: '1970-01-01T00:00:00.000Z',
      never: '[invalid date]',
      fn: '[function]',
      symbol: '[symbol]',
      bytes: 'text',
      map: { k: 1 },
      set: [1],
      nothing: null,
      nan: 'NaN',
      error: { name: 'TypeError', message: 'boom' },
    });
  });

  it('keeps plain JSON as it is, up to five levels, and stays within its size', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (args) => {
        const { toolArgs, lossy } = toWireArguments([args]);
        expect(lossy).toBe(false);
        expect(JSON.stringify(toolArgs)).toBe(JSON.stringify(args));
      }),
    );
    for (const args of [
      { text: 'é'.repeat(400_000) },
      { list: Array.from({ length: 500_000 }, (_, i) => i) },
    ]) {
      const wire = toWireArguments([args]);
      expect(wire.lossy).toBe(true);
      expect(Buffer.byteLength(JSON.stringify(wire.toolArgs))).toBeLessThan(MAX_ARGUMENT_BYTES * 1.1);
    }
    expect(toWireArguments([{ a: { b: { c: { d: { e: { f: 1 } } } } } }]).toolArgs).toEqual({
      a: { b: { c: { d: { e: { f: '[truncated]' } } } } },
    });
  });
});
