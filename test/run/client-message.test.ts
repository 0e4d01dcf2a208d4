import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyClientLine } from '../../src/run/mcp/client-message.js';
import { scanMessage } from '../../src/run/mcp/json-scan.js';
import { LineFramer } from '../../src/run/mcp-stdio/line-framer.js';
import { recognise } from '../../src/run/recognise.js';

const call = (rest = ''): string =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"${rest}}}`;

const classify = (line: string | Buffer) =>
  classifyClientLine(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));

describe('a line of the client', () => {
  it.each([
    ['a batch', `[${call()}]`],
    [
      'a method given twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping","params":{"name":"x"}}',
    ],
    ['a method in another spelling', '{"jsonrpc":"2.0","id":1,"Method":"tools/call","method":"ping"}'],
    [
      'only a method in another spelling',
      '{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","params":{"name":"x"}}',
    ],
    ['a method behind an escape', '{"jsonrpc":"2.0","id":1,"m\\u0065thod":"tools/call","method":"ping"}'],
    ['a name given twice', call(',"name":"y"')],
    ['a name in another spelling', call(',"Name":"y"')],
    ['an argument given twice', call(',"arguments":{"p":{"q":1,"q":2}}')],
    ['an argument given twice inside a list', call(',"arguments":{"p":[{"q":1,"q":2}]}')],
    ['arguments in another spelling', call(',"argumentſ":{"p":1}')],
    ['arguments that are a list', call(',"arguments":[1]')],
    ['a call without an id', '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"x"}}'],
    ['a call with a null id', '{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"x"}}'],
    ['a call without a name', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":" "}}'],
    ['a call without params', '{"jsonrpc":"2.0","id":1,"method":"tools/call"}'],
    ['a method that is no text', '{"jsonrpc":"2.0","id":1,"method":["tools/call"]}'],
    ['a message behind a carriage return', `{"a":\r${call()}\r,"jsonrpc":"2.0","method":"ping"}`],
    ['members to inherit', '{"jsonrpc":"2.0","__proto__":{"method":"tools/call"},"method":"ping"}'],
    ['params to inherit', call(',"__proto__":{"arguments":{}}')],
    ['text that is not JSON', 'tools/call please'],
    ['two messages', call() + call()],
    ['a byte order mark', `\ufeff${call()}`],
    ['a bare value', '"tools/call"'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('is refused when it is %s', (_what, line) => {
    expect(classify(line).kind).toBe('refused');
  });

  it.each([
    ['{"jsonrpc":"2.0","id":1,"method":"ping"}', 'request'],
    ['{"jsonrpc":"2.0","method":"notifications/initialized"}', 'other'],
    ['{"jsonrpc":"2.0","id":1,"result":{"method":"tools/call","a":1,"a":2}}', 'other'],
    ['{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}', 'cancelled'],
    ['  ', 'other'],
    [`${call()}\r`, 'tool-call'],
    [call(',"arguments":null'), 'tool-call'],
  ])('%s is %s', (line, kind) => {
    expect(classify(line).kind).toBe(kind);
  });

  it('keeps ids apart that a number would merge, and finds a call whatever its spelling', () => {
    const idOf = (id: string) => classify(call().replace('"id":1', `"id":${id}`));
    expect(idOf('9007199254740993')).toMatchObject({ key: 'n:9007199254740993', id: '9007199254740993' });
    expect(idOf('9007199254740992')).toMatchObject({ key: 'n:9007199254740992' });
    expect(idOf('"1"')).toMatchObject({ key: 's:1' });
    expect(classify(call().replace('tools/call', 'tools\\/c\\u0061ll')).kind).toBe('tool-call');
  });

  it('finds its parts where they stand, whatever else bears a name like theirs', () => {
    const decoys = [
      '"params.arguments":{"decoy":1}',
      '"":{"id":2,"params":{"arguments":{"decoy":1}}}',
      '"params._meta":{"progressToken":3}',
    ];
    const line = Buffer.from(
      call(',"arguments":{"p":1},"":{"arguments":{}},"_meta":{"progressToken":7,"a.b":1}').replace(
        /\}$/,
        `,${decoys.join()}}`,
      ),
    );
    const found = classifyClientLine(line);
    if (found.kind !== 'tool-call') throw new Error(JSON.stringify(found));
    expect(found).toMatchObject({ id: '1', progressToken: '7' });
    expect(line.toString('utf8', found.argsSpan?.start, found.argsSpan?.end)).toBe('{"p":1}');
    expect(scanMessage(line)?.spans.has('params._meta.a.b')).toBe(true);
  });

  it('knows an id again that its server spells in another way', () => {
    const keyOf = (id: string) => Reflect.get(classify(call().replace('"id":1', `"id":${id}`)), 'key');
    expect(['1', '1.0', '10e-1'].map(keyOf)).toEqual(['n:1', 'n:1', 'n:1']);
    expect(['"\\u0061"', '"a"'].map(keyOf)).toEqual(['s:a', 's:a']);
  });

  it('never passes as something harmless when its method is tools/call', () => {
    const noise = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(noise, noise, (top, params) => {
        const message = {
          ...top,
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { ...params, name: 'x' },
        };
        expect(['tool-call', 'refused']).toContain(classify(JSON.stringify(message)).kind);
      }),
    );
  });
});

describe('walking a message', () => {
  it('finds every value of the first levels where JSON.parse finds it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()),
        fc.nat(3),
        (message, indent) => {
          const text = JSON.stringify(message, null, indent);
          const scanned = scanMessage(Buffer.from(text));
          for (const [name, value] of Object.entries(message)) {
            if (name.includes('.')) continue;
            const span = scanned?.spans.get(name);
            const found = Buffer.from(text).toString('utf8', span?.start, span?.end);
            expect(JSON.parse(found)).toEqual(JSON.parse(JSON.stringify(value)));
          }
        },
      ),
    );
  });
});

describe('framing', () => {
  it('gives back every byte, line by line, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.integer({ min: 1, max: 9 })), (texts, cuts) => {
        const whole = Buffer.from(texts.join('\n'));
        const framer = new LineFramer();
        const lines: Buffer[] = [];
        let at = 0;
        for (let turn = 0; at < whole.length; turn += 1) {
          const size = cuts.length === 0 ? 5 : (cuts[turn % cuts.length] ?? 5);
          framer.push(whole.subarray(at, at + size), (line) => lines.push(line ?? Buffer.alloc(0)));
          at += size;
        }
        const rest = framer.rest();
        expect(lines.every((line) => line.indexOf(10) === line.length - 1)).toBe(true);
        expect(Buffer.concat([...lines, rest ?? Buffer.alloc(0)]).equals(whole)).toBe(true);
      }),
    );
  });
});

describe('recognising a client', () => {
  it.each([
    ['{"jsonrpc":"2.0","id":0,"method":"initialize"}\n', false, 'mcp'],
    ['{"jsonrpc":"2.0","id":0,"method":"server/discover"}\n', false, 'mcp'],
    [` \n${call()}\n`, false, 'mcp'],
    [`[${call()}]\n`, false, 'mcp'],
    [call(), true, 'mcp'],
    ['{"jsonrpc":"2.0",', false, 'undecided'],
    ['', false, 'undecided'],
    ['', true, 'other'],
    ['hello\n', false, 'other'],
    ['Content-Length: 12\r\n', false, 'other'],
    ['{"json":"lines"}\n', false, 'other'],
    ['{broken\n', false, 'other'],
  ])('%j (ended: %s) is %s', (text, ended, expected) => {
    expect(recognise(Buffer.from(text), ended)).toBe(expected);
  });
});
