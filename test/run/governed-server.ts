import { readFileSync } from 'node:fs';
import type { RunOptions } from '../../src/run/index.js';
import { PATIENT } from '../sdk/governed-tool.js';
import { startDataPlane, type DataPlane, type Row } from '../server/enforce/data-plane.js';
import { RunHarness, type RunningCommand } from './run-process.js';

/** Notes the bytes of each line, and answers requests with their tool, or not at all when `silent` is in them. */
const ECHO_SERVER = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  appendFileSync(process.env.RECEIVED, line + '\\n');
  const { id, method, params } = JSON.parse(line);
  if (id === undefined || method === undefined || line.includes('silent')) return;
  const result = method === 'tools/call' ? { content: [{ type: 'text', text: 'ran ' + params.name }] } : { method };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
}).on('close', () => process.exit(0));
`;

/** A real control plane, and MCP servers behind real runs that it decides for. */
export interface GovernedServers {
  readonly thoth: DataPlane;
  start(governance?: RunOptions['governance']): GovernedServer;
  /** The same behind an endpoint: a remote server, or the one on stdio when no URL is given. */
  listen(remote?: string): Promise<GovernedEndpoint>;
  /** The tenant lets users answer their own holds this long after they were made; null: it does not. */
  letUsersApprove(minimumSeconds: number | null): Promise<void>;
  /** The newest pending approval of a session. */
  pendingOf(sessionId: string): Promise<Row>;
  approve(sessionId: string, decision?: string): Promise<void>;
  records(sessionId: string): Promise<Row[]>;
  stop(): Promise<void>;
}

interface Stoppable {
  readonly sessionId: string;
  stop(): Promise<void>;
}

export interface GovernedEndpoint extends Stoppable {
  readonly url: string;
  /** Lines that the server on stdio got. */
  seen(): string[];
}

export interface GovernedServer extends Stoppable {
  readonly running: RunningCommand;
  /** Lines the server got. */
  seen(): string[];
  messages(): Row[];
  /** The first message that fits; waits for it. */
  message(fits: (message: Row) => boolean): Promise<Row>;
  send(message: Row): void;
}

export async function startGovernedServers(): Promise<GovernedServers> {
  const [harness, thoth] = await Promise.all([RunHarness.create(), startDataPlane()]);
  const script = harness.file('server.mjs', ECHO_SERVER);
  const apiKey = await thoth.key(['execute'], undefined, 'agent');
  const approver = await thoth.key(['read', 'write'], undefined, 'approver');
  const started: Stoppable[] = [];
  const identity = {
    agentId: 'bot',
    tenantId: thoth.server.tenantId,
    userId: 'alice',
    apiUrl: thoth.server.url,
    apiKey,
    enforcement: 'step_up',
    stepUpPollIntervalMs: 50,
    ...PATIENT,
  } as const;
  const lines = (file: string): string[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  const pendingOf = async (sessionId: string): Promise<Row> => {
    for (;;) {
      const { data } = (await thoth.call('GET', '/thoth/approvals?status=pending')).body;
      const row = data.find((each: Row) => each['session_id'] === sessionId);
      if (row !== undefined) return row;
      await new Promise((done) => setTimeout(done, 25));
    }
  };
  return {
    thoth,
    pendingOf,
    start(governance = {}) {
      const sessionId = `run-${started.length + 1}`;
      const received = harness.file(`received-${started.length + 1}`, '');
      const running = harness.start(
        { governance: { ...identity, sessionId, ...governance }, mcp: true },
        [process.execPath, script],
        { RECEIVED: received },
      );
      const messages = (): Row[] => running.lines.map((line) => JSON.parse(line) as Row);
      const one: GovernedServer = {
        running,
        sessionId,
        messages,
        seen: () => lines(received),
        async message(fits) {
          for (;;) {
            const found = messages().find(fits);
            if (found !== undefined) return found;
            if (running.child.exitCode !== null) throw new Error(`the run ended: ${running.err}`);
            await new Promise((done) => setTimeout(done, 10));
          }
        },
        send: (message) => running.send(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
        stop: () => running.kill(),
      };
      started.push(one);
      return one;
    },
    async listen(remote) {
      const sessionId = `run-${started.length + 1}`;
      const received = harness.file(`received-${started.length + 1}`, '');
      const running = harness.start(
        {
          governance: { ...identity, sessionId },
          ...(remote !== undefined && { upstream: { url: remote, headers: {} } }),
          listen: { host: '127.0.0.1', port: 0 },
          allowed: { origins: [], hosts: [] },
          insecureHttp: false,
        },
        remote === undefined ? [process.execPath, script] : [],
        { RECEIVED: received },
      );
      const one = { sessionId, seen: () => lines(received), stop: () => running.kill() };
      started.push(one);
      return { ...one, url: await running.address() };
    },
    async letUsersApprove(minimumSeconds) {
      const setting =
        minimumSeconds === null ? { enabled: false } : { enabled: true, minimum_seconds: minimumSeconds };
      await thoth.call('PUT', '/thoth/settings', { step_up: { self_approval: setting } });
    },
    async approve(sessionId, decision = 'approve') {
      const { approval_id: id } = await pendingOf(sessionId);
      await thoth.call('POST', `/thoth/approvals/${String(id)}/resolve`, { decision }, approver);
    },
    async records(sessionId) {
      const chain = await thoth.call('GET', '/thoth/x/evidence/export?limit=5000');
      return chain.body.data.filter((record: Row) => record['session_id'] === sessionId);
    },
    async stop() {
      await Promise.all(started.map((each) => each.stop()));
      if (thoth.faults.length > 0) throw new Error(`the server failed: ${thoth.faults.map(String).join()}`);
      await thoth.stop();
      harness.remove();
    },
  };
}
