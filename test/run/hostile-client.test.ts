import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { McpHttpOptions } from '../../src/run/mcp-http/index.js';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { RemoteServer } from './remote-server.js';
import { RunHarness, type RunningCommand } from './run-process.js';

let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let remote: RemoteServer;
const running: RunningCommand[] = [];

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

beforeAll(async () => {
  harness = await RunHarness.create();
});
afterAll(() => harness.remove());
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
  remote = await RemoteServer.start();
});
afterEach(async () => {
  for (const each of running.splice(0)) {
    each.child.stdin.end();
    each.child.kill('SIGKILL');
    await each.ended;
  }
  await remote.stop();
  await enforcer.stop();
});

const governance = () => ({ agentId: 'bot', tenantId: 'acme', apiUrl: enforcer.url, apiKey: 'k' });

async function front(): Promise<string> {
  const options: Omit<McpHttpOptions, 'command'> = {
    governance: governance(),
    upstream: { url: remote.url, headers: {} },
    listen: { host: '127.0.0.1', port: 0 },
    allowed: { origins: [], hosts: [] },
    insecureHttp: false,
  };
  const one = harness.start(options, []);
  running.push(one);
  return one.address();
}

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
  const response = await fetch(await front(), {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body,
  });
  expect(response.status).toBe(400);
  expect(remote.received).toEqual([]);
});
