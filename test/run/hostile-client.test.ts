import { expect, it } from 'vitest';
import { scriptedRuns } from './scripted-runs.js';

const runs = scriptedRuns();

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

it.each([
  ['another tool', { 'mcp-name': 'erase' }],
  [
    'another tool, in the newer protocol',
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'erase' },
  ],
  ['another method', { 'mcp-method': 'tools/list' }],
])('headers that name %s than the message are turned away', async (_what, headers) => {
  const body =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"}}}';
  const response = await fetch(await runs.front(), {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body,
  });
  expect(response.status).toBe(400);
  expect(runs.remote.received).toEqual([]);
});
