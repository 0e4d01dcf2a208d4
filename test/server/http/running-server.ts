import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOperationId } from '../../../src/contract/index.js';
import { describeIssues, responseSchema } from '../../../src/contract/validators.js';
import { startServer, type RunningServer, type StartServerOptions } from '../../../src/server/index.js';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined for an empty body. */
  // Tests assert on replies of every shape, right and wrong ones.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface TestServer {
  readonly server: RunningServer;
  readonly adminToken: string;
  /** Faults of the server itself; a test expects none. */
  readonly faults: unknown[];
  /** Calls a path of the tenant, `/thoth/settings`, as the first admin unless another credential is given. */
  call(method: string, path: string, body?: unknown, credential?: string | null): Promise<Reply>;
  restart(options?: StartServerOptions): Promise<void>;
  stop(): Promise<void>;
}

/** A real server in a fresh data directory; every reply is held against the contract by the server itself. */
export async function startTestServer(options: StartServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'thoth-server-')));
  const faults: unknown[] = [];
  const start = (more: StartServerOptions = {}): Promise<RunningServer> =>
    startServer({
      port: 0,
      dataDir,
      validateResponses: true,
      onFault: (_id, error) => faults.push(error),
      ...options,
      ...more,
    });
  let server = await start();
  const adminToken = (await readFile(server.adminTokenFile, 'utf8')).trim();
  return {
    get server() {
      return server;
    },
    adminToken,
    faults,
    call: (method, path, body, credential = adminToken) =>
      send(method, `${server.url}/${server.tenantId}${path}`, body, credential),
    async restart(more) {
      await server.close();
      server = await start(more);
    },
    async stop() {
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function send(
  method: string,
  url: string,
  body?: unknown,
  credential: string | null = null,
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** Faults of a reply by the contract; empty means it conforms. */
export async function contractIssues(operationId: string, reply: Reply): Promise<string[]> {
  if (!isOperationId(operationId)) return [`unknown operation ${operationId}`];
  const schema = await responseSchema(operationId, reply.status);
  if (schema === undefined) return reply.body === undefined ? [] : ['a body the contract does not have'];
  const result = schema.safeParse(reply.body);
  return result.success ? [] : describeIssues(result.error).map((issue) => `${issue.path}: ${issue.message}`);
}
