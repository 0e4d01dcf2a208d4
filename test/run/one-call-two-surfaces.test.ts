import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENT } from '../sdk/governed-tool.js';
import { startDataPlane, type DataPlane, type Row } from '../server/enforce/data-plane.js';
import { RunHarness } from './run-process.js';

/**
 * A whole agent: its SDK governs an MCP client, and the server of that client stands behind a run of its own. Both see
 * each call, under the id that the agent gives it.
 */
const AGENT = `
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { instrument } from '../../src/sdk/index.js';

const [launcher, options, server, ...names] = process.argv.slice(2);
const client = new Client({ name: 'agent', version: '7' });
await client.connect(new StdioClientTransport({
  command: process.execPath, args: [launcher, options, process.execPath, server], env: process.env, stderr: 'inherit',
}));
const governed = instrument(client);
for (const [index, name] of names.entries()) {
  const call = { name, arguments: { q: 'x' }, _meta: { 'example/tool_call_id': 'call-' + index } };
  const result = await governed.callTool(call).catch((error) => ({ content: [{ text: error.name }] }));
  console.log(result.content[0].text);
}
await client.close();
`;

/** Names the tool it ran, and whether the arguments came through. */
const SERVER = `
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result = method === 'initialize'
    ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }
    : { content: [{ type: 'text', text: 'ran ' + params?.name + ' with ' + JSON.stringify(params?.arguments) }] };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
}).on('close', () => process.exit(0));
`;

let harness: RunHarness;
let thoth: DataPlane;
let agent: string;
let server: string;
let apiKey: string;
let sessions = 0;
beforeAll(async () => {
  [harness, thoth] = await Promise.all([RunHarness.create(), startDataPlane()]);
  server = harness.file('server.mjs', SERVER);
  agent = await harness.program('agent', AGENT);
  apiKey = await thoth.key(['execute'], undefined, 'agent');
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
  harness.remove();
});

interface Outcome {
  readonly printed: string[];
  readonly decisions: Row[];
  readonly account: Row[];
}

/** Runs the agent; the inner run asks either through the outer one, or the enforcer itself. */
async function runAgent(inner: 'nested' | 'direct', tools: string[], more: Row = {}): Promise<Outcome> {
  const sessionId = `two-${(sessions += 1)}`;
  const reach = { apiUrl: thoth.server.url, apiKey, tenantId: thoth.server.tenantId };
  const governance = {
    ...reach,
    agentId: 'bot',
    userId: 'alice',
    sessionId,
    approvedScope: ['read', 'search_web'],
    stepUpPollIntervalMs: 50,
    ...PATIENT,
    ...more,
  };
  const record = join(harness.folder, `inner-${sessions}.ndjson`);
  const options = {
    governance: { ...PATIENT, stepUpPollIntervalMs: 50, ...(inner === 'direct' ? reach : {}) },
    mcp: true,
    record,
  };
  const [launcher = '', file = ''] = harness.argv(options, []);
  const command = [process.execPath, agent, launcher, file, server, ...tools];
  const running = harness.start({ governance, mcp: false }, command);
  const code = await running.ended;
  expect([code, running.err]).toEqual([0, running.err]);
  const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
  const records: Row[] = chain.body.data;
  return {
    printed: running.lines,
    decisions: records.filter((each) => each['session_id'] === sessionId && each['kind'] === 'decision'),
    account: readFileSync(record, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
      .filter((line) => line['type'] === 'decision'),
  };
}

describe('an agent whose tool is an MCP server behind another run of the session', () => {
  it.each(['nested', 'direct'] as const)('is decided once for each call (%s)', async (inner) => {
    const { printed, decisions, account } = await runAgent(inner, ['read', 'read']);
    expect(printed).toEqual(['ran read with {"q":"x"}', 'ran read with {"q":"x"}']);
    expect(decisions).toMatchObject([
      { tool_call_id: 'call-0', decision: 'ALLOW', agent_id: 'bot', user_id: 'alice' },
      { tool_call_id: 'call-1', decision: 'ALLOW' },
    ]);
    expect(decisions).toHaveLength(2);
    expect(account.map((line) => line['joined_decision_id'])).toEqual(
      decisions.map((record) => record['evidence_id']),
    );
  });

  it('is refused once, before the other surface hears of it', async () => {
    const { printed, decisions } = await runAgent('nested', ['erase', 'read']);
    expect(printed).toEqual(['ThothPolicyViolation', 'ran read with {"q":"x"}']);
    expect(decisions.map((record) => record['decision'])).toEqual(['BLOCK', 'ALLOW']);
  });

  it('waits for one approval', async () => {
    const approver = await thoth.key(['read', 'write'], undefined, 'approver');
    const pending = runAgent('nested', ['search_web'], { approvedScope: [], enforcement: 'step_up' });
    for (let open = true; open;) {
      const { data } = (await thoth.call('GET', '/thoth/approvals?status=pending')).body;
      if (data[0] === undefined) await new Promise((done) => setTimeout(done, 25));
      else {
        open = false;
        const path = `/thoth/approvals/${String(data[0].approval_id)}/resolve`;
        await thoth.call('POST', path, { decision: 'approve' }, approver);
      }
    }
    const { printed, decisions, account } = await pending;
    expect(printed).toEqual(['ran search_web with {"q":"x"}']);
    expect(decisions).toHaveLength(1);
    expect(account).toMatchObject([{ decision: 'ALLOW', held: true }]);
    const { data } = (await thoth.call('GET', '/thoth/approvals')).body;
    expect(data).toHaveLength(1);
  });
});
