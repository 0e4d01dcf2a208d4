import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { flush } from '../../src/sdk/index.js';
import { fuzzRuns } from '../run/fuzz/enforcement.js';
import { governedTool } from './governed-tool.js';
import { ScriptedEnforcer } from './scripted-enforcer.js';

// Replies of an enforcer, damaged on their way: a tool runs only on a reply that is whole and says so to every reader, and
// then with the very arguments it holds.

let enforcer: ScriptedEnforcer;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeAll(async () => {
  process.on('unhandledRejection', note);
  enforcer = await ScriptedEnforcer.start();
});
afterAll(async () => {
  await flush();
  await enforcer.stop();
  process.removeListener('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const MEMBERS = {
  reason: 'because é',
  decision_reason_code: 'in_scope',
  matched_rule_ids: ['a@1#b'],
  receipt: { key_id: 'k', signature: 's' },
};
const ALLOW = { decision: 'ALLOW', authorization_decision: 'ALLOW', ...MEMBERS };
const MODIFY = { decision: 'MODIFY', modified_tool_args: { q: 'safe é', limit: 10 }, ...MEMBERS };
const REFUSALS = [
  { decision: 'BLOCK', ...MEMBERS },
  { decision: 'DEFER', defer_timeout_seconds: 60, ...MEMBERS },
  { decision: 'STEP_UP', ...MEMBERS },
];

type Damage = (bytes: Buffer) => Buffer;
const insert =
  (what: Buffer, at: number): Damage =>
  (bytes) => {
    const place = Math.floor(at * (bytes.length + 1));
    return Buffer.concat([bytes.subarray(0, place), what, bytes.subarray(place)]);
  };
const inFront =
  (member: string): Damage =>
  (bytes) =>
    Buffer.from(bytes.toString('latin1').replace('{', `{${member},`), 'latin1');

/** Whatever comes of these, no reader may take it for leave to run. */
const ALWAYS_WRONG: readonly Damage[] = [
  (bytes) => Buffer.concat([Buffer.from('\uFEFF'), bytes]),
  (bytes) => Buffer.concat([bytes, Buffer.from([0])]),
  (bytes) => Buffer.concat([bytes, bytes]),
  (bytes) => Buffer.concat([Buffer.from('['), bytes, Buffer.from(']')]),
  (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  (bytes) => Buffer.from(bytes.toString('utf8').replace('é', '\u00e9'), 'latin1'),
  (bytes) => bytes.subarray(0, -1),
  () => Buffer.alloc(0),
  () => Buffer.from('[]'),
  () => Buffer.from('"ALLOW"'),
  () => Buffer.from('{}'),
  () => Buffer.from('{"__proto__":{"decision":"ALLOW"}}'),
  () => Buffer.from('['.repeat(200_000)),
  inFront('"decision":"BLOCK"'),
  inFront('"decision":"ALLOW","decision":"ALLOW"'),
  inFront('"Decision":"BLOCK"'),
  inFront('"authorizationDecision":"BLOCK"'),
  inFront('"authorizationDecision":7'),
  inFront(`"explanation":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`),
];

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.constantFrom(...ALWAYS_WRONG),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([what, at]) => insert(Buffer.from(what), at)),
  fc
    .tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 255 }))
    .map(([at, mask]): Damage => (bytes) => {
      const changed = Buffer.from(bytes);
      const place = Math.floor(at * bytes.length);
      const byte = changed[place];
      if (byte !== undefined) changed[place] = byte ^ mask;
      return changed;
    }),
  fc
    .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.2, noNaN: true }))
    .map(([from, share]): Damage => (bytes) => {
      const begin = Math.floor(from * bytes.length);
      return Buffer.concat([
        bytes.subarray(0, begin),
        bytes.subarray(begin + Math.ceil(share * bytes.length)),
      ]);
    }),
);

/** What a strict reader takes the bytes for; undefined when they are no reply. */
function strictly(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

async function outcomeOf(
  bytes: Buffer,
): Promise<{ readonly entered: unknown[][]; readonly refused: unknown }> {
  enforcer.onEnforce = () => ({ text: bytes });
  const tool = governedTool(enforcer);
  const refused = await tool.run({ q: 'raw' }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { entered: tool.entered, refused };
}

it.each(ALWAYS_WRONG.map((wrong, nth) => [nth, wrong] as const))(
  'damage %i of an ALLOW or a MODIFY runs nothing',
  async (_nth, wrong) => {
    for (const reply of [ALLOW, MODIFY]) {
      const { entered, refused } = await outcomeOf(wrong(Buffer.from(JSON.stringify(reply))));
      expect(entered).toEqual([]);
      expect(refused).toBeInstanceOf(Error);
    }
  },
);

it('a damaged reply lets a call run only as it really says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(ALLOW, MODIFY, ...REFUSALS),
      fc.array(damage, { maxLength: 3 }),
      async (reply, damages) => {
        const bytes = damages.reduce<Buffer>((left, each) => each(left), Buffer.from(JSON.stringify(reply)));
        const { entered, refused } = await outcomeOf(bytes);
        const said = strictly(bytes);
        if (entered.length === 0) {
          expect(refused).toBeInstanceOf(Error);
          return;
        }
        expect(entered).toEqual([[said?.['modified_tool_args'] ?? { q: 'raw' }]]);
        const words = [said?.['decision'], said?.['authorization_decision']].filter(
          (each) => typeof each === 'string',
        );
        expect(words.length).toBeGreaterThan(0);
        expect(words.every((word) => /^\s*(?:allow|modif(?:y|ied)|transform)\s*$/i.test(word))).toBe(true);
      },
    ),
    { numRuns: fuzzRuns(300) },
  );
});

it('a held call runs only on an answer that is whole', async () => {
  const approved = Buffer.from(
    JSON.stringify({ resolved: true, resolution: 'ALLOW', decision: 'ALLOW', reason: 'é', hold_token: 'h1' }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...ALWAYS_WRONG), { maxLength: 3 }),
      fc.boolean(),
      async (damages, released) => {
        const polls = [...damages.map((each) => each(approved)), released ? approved : undefined];
        const seen: (Buffer | undefined)[] = [];
        enforcer.onEnforce = () => ({ body: { decision: 'STEP_UP', hold_token: 'h1' } });
        enforcer.onHold = () => {
          const next = polls.shift();
          seen.push(next);
          return next === undefined ? { body: { resolved: true, resolution: 'BLOCK' } } : { text: next };
        };
        const tool = governedTool(enforcer, { stepUpPollIntervalMs: 1 });
        const ran = await tool.run({ q: 1 }).then(
          () => true,
          () => false,
        );
        expect(tool.entered.length).toBe(ran ? 1 : 0);
        if (ran) expect(seen.at(-1)).toBe(approved);
      },
    ),
    { numRuns: fuzzRuns(60) },
  );
});
