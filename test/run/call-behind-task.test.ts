import { expect, it } from 'vitest';
import { callBehindTask } from '../../src/run/mcp/call-behind-task.js';

const behind = (params: string): unknown => {
  const message = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
  const { params: left } = JSON.parse(callBehindTask(Buffer.from(message)).toString()) as { params: unknown };
  return left;
};

it.each([
  ['an object', '{"name":"t","task":{"ttl":1},"arguments":{"a":1}}'],
  ['a text', '{"name":"t","task":"soon","arguments":{"a":1}}'],
  ['a text with quotation marks', String.raw`{"name":"t","task":"\"a\":\"b\"","arguments":{"a":1}}`],
  ['nothing', '{"name":"t","task":null,"arguments":{"a":1}}'],
  ['a number and last', '{"name":"t","arguments":{"a":1} , "task": 3 }'],
])('a call behind a task has no task of its own: %s', (_kind, params) => {
  expect(behind(params)).toEqual({ name: 't', arguments: { a: 1 } });
});

it('a task that is the only member leaves an empty object', () => {
  expect(behind('{ "task" : "x" }')).toEqual({});
});
