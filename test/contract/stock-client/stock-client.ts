import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  /** An empty body reads as an empty object, as in the clients of the contract. */
  readonly body: Json;
}

const BIN = join(import.meta.dirname, '../../../bin/run.cjs');

/**
 * The control plane as a program of somebody else sees it: a process of its own, reached with a plain HTTP client that
 * knows the published contract and nothing of our sources.
 */
export class StockClient {
  private constructor(
    private readonly home: string,
    private readonly child: ChildProcess,
    readonly url: string,
    readonly tenant: string,
    private readonly token: string,
  ) {}

  static async start(): Promise<StockClient> {
    const home = await mkdtemp(join(tmpdir(), 'thoth-stock-'));
    const ready = join(home, 'ready.json');
    const flags = [
      '--port',
      '0',
      '--data',
      join(home, 'data'),
      '--ready-file',
      ready,
      '--allow-private-delivery',
    ];
    const child = spawn(process.execPath, [BIN, 'server', 'start', ...flags], {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_CONFIG_HOME: home,
        THOTHCTL_CREDENTIAL_STORE: 'file',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    while (child.exitCode === null) {
      const text = await readFile(ready, 'utf8').catch(() => '');
      if (text !== '') {
        const told = object(JSON.parse(text));
        const token = (await readFile(String(told['admin_token_file']), 'utf8')).trim();
        return new StockClient(home, child, String(told['url']), String(told['tenant_id']), token);
      }
      await delay(25);
    }
    throw new Error('the control plane ended instead of becoming ready');
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.home, { recursive: true, force: true });
  }

  /** `path` begins after the tenant. `body` undefined sends neither body nor content type; null sends the literal. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/${this.tenant}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        'x-aten-provisioned-via': 'terraform',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : object(JSON.parse(text)) };
  }

  /** As `send`, for a request that has to succeed. */
  async ok(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.send(method, path, body);
    if (answer.status < 200 || answer.status > 299)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A decision, by the data plane. */
  async decide(members: Json): Promise<Json> {
    const response = await fetch(`${this.url}/v1/enforce`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        tenant_id: this.tenant,
        agent_id: 'stock-bot',
        user_id: 'user@example.com',
        tool_name: 'read_file',
        session_id: 'stock-session',
        session_tool_calls: [],
        approved_scope: ['read_file'],
        enforcement_mode: 'block',
        environment: 'prod',
        tool_args: {},
        ...members,
      }),
    });
    return object(await response.json());
  }
}

/** Clients decode objects and nothing else. */
export function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`not a JSON object: ${JSON.stringify(value)}`);
  return value as Json;
}

/** Rows of an envelope; a missing array reads as empty. */
export function rows(envelope: Json, member: string): readonly Json[] {
  const value = envelope[member] ?? [];
  if (!Array.isArray(value)) throw new Error(`${member} is not an array`);
  return value.map(object);
}
