import { expect, it } from 'vitest';
import { scanMessage } from '../../src/run/mcp/json-scan.js';
import { withMeta, withParams, withResultMeta, withValues } from '../../src/run/mcp/members.js';

type Change = (line: Buffer, scanned: NonNullable<ReturnType<typeof scanMessage>>) => Buffer;

function changed(text: string, change: Change): string {
  const line = Buffer.from(text);
  const scanned = scanMessage(line);
  if (scanned === undefined) throw new Error(`not scanned: ${text}`);
  return change(line, scanned).toString();
}

it.each([
  ['no result to mark', '{"error":{}}', '{"error":{}}'],
  ['an empty result', '{"result":{ }}', '{"result":{"_meta":{"m":1} }}'],
  ['a result', '{"result":{"é": 1}}', '{"result":{"_meta":{"m":1},"é": 1}}'],
  ['an empty _meta', '{"result":{"é":1,"_meta":{}}}', '{"result":{"é":1,"_meta":{"m":1}}}'],
  ['a _meta', '{"result":{"é":1,"_meta": {"a":2}}}', '{"result":{"é":1,"_meta": {"m":1,"a":2}}}'],
  ['a result that is no object', '{"result":"{}"}', '{"result":"{}"}'],
  ['a _meta that is no object', '{"result":{"_meta":null}}', '{"result":{"_meta":null}}'],
])('a mark in the _meta of a reply with %s', (_what, line, expected) => {
  expect(changed(line, (at, scanned) => withResultMeta(at, scanned, '"m":1'))).toBe(expected);
});

it.each([
  ['none', '{"id":1 }', '{"id":1 ,"params":{"_meta":{"m":1}}}'],
  ['no _meta', '{"params":{"a":1}}', '{"params":{"_meta":{"m":1},"a":1}}'],
  ['a _meta', '{"params":{"_meta":{"a":1}}}', '{"params":{"_meta":{"m":1,"a":1}}}'],
  ['a list for an object', '{"params":[1]}', '{"params":[1]}'],
])('a mark in the _meta of params: %s', (_what, line, expected) => {
  expect(changed(line, (at, scanned) => withMeta(at, scanned, '"m":1'))).toBe(expected);
});

it('params are made where a message has none', () => {
  expect(changed('{"id":1}', (at, scanned) => withParams(at, scanned, '"a":1'))).toBe(
    '{"id":1,"params":{"a":1}}',
  );
});

it('values are put in at the paths that a message has, in any order', () => {
  const values = { 'params._meta.token': '"long one"', id: '"7"', 'params.none': '1', method: undefined };
  const line = '{"id":1,"method":"x","params":{"_meta":{"token":2}} }';
  expect(changed(line, (at, scanned) => withValues(at, scanned, values))).toBe(
    '{"id":"7","method":"x","params":{"_meta":{"token":"long one"}} }',
  );
});
