import fc from 'fast-check';
import { idKey } from './wires.js';

/** What the enforcer of the fuzz answers, by the name of the tool. */
export const TOOLS = ['allow', 'slow', 'held', 'modify', 'block', 'outage', 'nonsense'] as const;
export type Tool = (typeof TOOLS)[number];

/** Tools whose calls may reach the server as their original bytes. */
export const FORWARDED: ReadonlySet<string> = new Set(['allow', 'slow', 'held']);

/** One line of the client; no two of a conversation are the same. */
export type Item =
  | {
      readonly kind: 'call';
      /** Index of the item that first had its id; its own, unless it takes the id of another. */
      readonly owner: number;
      readonly tool: Tool;
      readonly before: string;
      readonly args: string;
      readonly after: string;
    }
  /** No call: the server gets it, byte for byte and in order. */
  | { readonly kind: 'plain'; readonly request: boolean; readonly line: string }
  /** A call in disguise, or what some reader takes for one: the server never gets it. */
  | { readonly kind: 'hostile'; readonly line: Buffer }
  /** A call with one byte changed: whatever it now is, it is decided as that or dropped. */
  | { readonly kind: 'damaged'; readonly line: Buffer }
  | { readonly kind: 'cancel'; readonly line: string; readonly target: number };

type Maker = (index: number) => Item;

/** Members that bear the names of others where they do not count. */
const decoy = fc.constantFrom(
  '',
  '',
  '"params.arguments":{},',
  '"params.name":"block",',
  '"":{"id":0,"method":"ping","params":{"name":"block","arguments":{}}},',
);

/** The id of an item in one of the ways that JSON has for it; every index has its own id. */
export function idText(index: number, spelling = 0): string {
  const kind = index % 6;
  if (kind === 0) return [`"m${index}"`, `"\\u006d${index}"`][spelling % 2] ?? '';
  if (kind === 1) return [`${index}`, `${index}.0`, `${index}e0`][spelling % 3] ?? '';
  if (kind === 2) return `9007199254740993${index}`;
  if (kind === 3) return `-${index}.5`;
  if (kind === 4) return [`"é\u2028${index}"`, `"\\u00e9\\u2028${index}"`][spelling % 2] ?? '';
  return `"${index}"`;
}

/** What two spellings of one id have in common. */
export function idOf(index: number): string {
  return idKey(idText(index));
}

export function bytesOf(item: Item): Buffer {
  switch (item.kind) {
    case 'call':
      return Buffer.from(item.before + item.args + item.after);
    case 'plain':
    case 'cancel':
      return Buffer.from(item.line);
    default:
      return item.line;
  }
}

const space = fc.constantFrom('', '', ' ', '  ', '\t');
const ending = fc.constantFrom('\n', '\n', '\r\n');
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('\u2028', '\u2029\u0085', '\u0000', '"}\n{', '\\', 'tools/call', '🙂'.repeat(40)),
);
const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  text.map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '9007199254740993',
    '1.0',
    '-0',
    '1e400',
    '"\\ud83d"',
    '"\\u0061"',
    '[ ]',
    `${'['.repeat(3000)}${']'.repeat(3000)}`,
  ),
);
const method = fc.constantFrom('"tools/call"', '"tools/call"', '"tools\\/call"', '"tools/c\\u0061ll"');

function call(
  tool: fc.Arbitrary<Tool>,
  clash: fc.Arbitrary<number> = fc.constant(0),
  other = decoy,
): fc.Arbitrary<CallMaker> {
  return fc
    .tuple(tool, json, method, space, ending, fc.boolean(), fc.nat({ max: 5 }), clash, other)
    .map(([name, value, verb, gap, end, late, spelling, back, aside]) => (index) => {
      const owner = Math.max(0, index - back);
      const head = `{${gap}"jsonrpc":"2.0",`;
      const rest = `${aside}"id":${gap}${idText(owner, spelling)},"method":${verb}`;
      const params = `"params"${gap}:{${aside}"name":"${name}",${gap}"arguments":`;
      return {
        kind: 'call',
        owner,
        tool: name,
        before: late ? `${head}${params}` : `${head}${rest},${params}`,
        args: `{"value":${value},"of":"${index}"}`,
        after: late ? `},${rest}}${gap}${end}` : `${gap},"x":1}}${end}`,
      };
    });
}
type CallMaker = (index: number) => Extract<Item, { kind: 'call' }>;

const plain = fc
  .tuple(
    fc.constantFrom('request', 'notification', 'response', 'blank'),
    json,
    fc.constantFrom('tools/list', 'ping', 'tools/callx', 'x/tools/call', 'notifications/tools/call'),
    ending,
  )
  .map(([kind, value, verb, end]): Maker => (index) => {
    const id = idText(index);
    const line = {
      request: `{"id":${id},"method":"${verb}","params":{"value":${value}},"jsonrpc":"2.0"}`,
      notification: `{"jsonrpc":"2.0","method":"${verb}","params":{"value":${value},"of":${id}}}`,
      response: `{"jsonrpc":"2.0","id":${id},"result":{"value":${value},"method":"tools/call"}}`,
      blank: ' '.repeat(1 + index),
    }[kind];
    return { kind: 'plain', request: kind === 'request', line: `${line}${end}` };
  });

const disguises: readonly ((line: string) => string | Buffer)[] = [
  (line) => `[${line}]`,
  (line) => `[{"jsonrpc":"2.0","method":"ping"},${line}]`,
  (line) => `\ufeff${line}`,
  (line) => `${line}\u0000`,
  (line) => `${line}${line}`,
  (line) => `{"jsonrpc":"2.0","method":"ping"}\r${line}`,
  (line) => line.replace('"jsonrpc":"2.0"', '"jsonrpc":"2.0","method":"ping"'),
  (line) => line.replace('"jsonrpc":"2.0"', '"jsonrpc":"2.0","Method":"ping"'),
  (line) => line.replace('"method"', '"METHOD"'),
  (line) => line.replace('"name":', '"name":"allow","name":'),
  (line) => line.replace('"name":', '"Name":"allow","name":'),
  (line) => line.replace(/"id":\s*[^,]*,/, ''),
  (line) => line.replace(/"id":\s*[^,]*,/, '"id":null,'),
  (line) => line.replace(/"id":\s*[^,]*,/, '"id":[1],'),
  (line) => line.replace(/"name":"[a-z]+"/, '"name":7'),
  (line) => line.replace('"arguments":', '"arguments":[1],"_":'),
  (line) => Buffer.concat([Buffer.from(line.slice(0, 20)), Buffer.from([0xff]), Buffer.from(line.slice(20))]),
];
const oneLine = (line: string): string => line.replace(/\r?\n$/, '');

const hostile = fc
  .tuple(
    call(fc.constantFrom<Tool>('allow', 'block'), fc.constant(0), fc.constant('')),
    fc.constantFrom(...disguises),
  )
  .map(([make, disguise]): Maker => (index) => {
    const disguised = Buffer.from(disguise(oneLine(bytesOf(make(index)).toString('utf8'))));
    return { kind: 'hostile', line: Buffer.concat([disguised, Buffer.from('\n')]) };
  });

const truncated = fc
  .tuple(call(fc.constantFrom<Tool>('allow')), fc.double({ min: 0.05, max: 0.95, noNaN: true }))
  .map(([make, share]): Maker => (index) => {
    const line = oneLine(bytesOf(make(index)).toString('utf8'));
    return {
      kind: 'hostile',
      line: Buffer.from(`${line.slice(0, Math.max(1, Math.floor(line.length * share)))}\n`),
    };
  });

const damaged = fc
  .tuple(call(fc.constantFrom('allow', 'block', 'outage')), fc.nat(), fc.integer({ min: 0, max: 255 }))
  .map(([make, place, value]): Maker => (index) => {
    const line = Buffer.from(bytesOf(make(index)));
    // A new line end would make two lines of it; what those are is the other kinds' business.
    line[place % (line.length - 1)] = value === 0x0a ? 0x20 : value;
    return { kind: 'damaged', line };
  });

const cancel = fc
  .tuple(fc.nat({ max: 20 }), fc.nat({ max: 5 }), ending)
  .map(([back, spelling, end]): Maker => (index) => {
    const target = Math.max(0, index - 1 - back);
    const params = `{"requestId":${idText(target, spelling)},"reason":"${index}"}`;
    const line = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}${end}`;
    return { kind: 'cancel', line, target };
  });

/** A client's side of a conversation with calls of these tools, the held ones left out where a hold takes long. */
export function conversationOf(tools: readonly Tool[], lines: number): fc.Arbitrary<readonly Item[]> {
  const any = fc.constantFrom(...tools);
  return fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: call(any) },
        { weight: 1, arbitrary: call(any, fc.integer({ min: 1, max: 4 })) },
        { weight: 4, arbitrary: plain },
        { weight: 2, arbitrary: hostile },
        { weight: 1, arbitrary: truncated },
        { weight: 2, arbitrary: damaged },
        { weight: 1, arbitrary: cancel },
      ),
      { minLength: 1, maxLength: lines },
    )
    .map((makers) => makers.map((make, index) => make(index)));
}

/** What a server says unasked, besides its answers. Anything, as long as it is lines. */
export const serverNoise: fc.Arbitrary<readonly Buffer[]> = fc.array(
  fc
    .oneof(
      json.map((value) =>
        Buffer.from(`{"jsonrpc":"2.0","method":"notifications/message","params":{"data":${value}}}`),
      ),
      json.map((value) =>
        Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"v":${value}}}`),
      ),
      // A line that begins as a message does is held against one; this is what a program logs.
      fc
        .uint8Array({ maxLength: 40 })
        .map((bytes) => Buffer.from([0x21, ...bytes].map((byte) => (byte === 0x0a ? 0x0b : byte)))),
    )
    .map((line) => Buffer.concat([line, Buffer.from('\n')])),
  { maxLength: 8 },
);
