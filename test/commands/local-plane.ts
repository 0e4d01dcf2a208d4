import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BIN, cliEnvironment, runCli, temporaryHome, type CliResult } from '../support/cli.js';

/** A real control plane started by the shipped command line, and a home whose context points at it. */
export class LocalPlane {
  url = '';
  #child: ChildProcess | undefined;
  /** Any that is free, and from the first start on the same one. */
  #port = '0';

  private constructor(readonly home: string) {}

  static async start(...flags: string[]): Promise<LocalPlane> {
    const plane = new LocalPlane(await temporaryHome());
    await plane.up(...flags);
    return plane;
  }

  async up(...flags: string[]): Promise<void> {
    const ready = join(this.home, 'ready.json');
    // One left by a server that was killed would announce this one too early.
    await rm(ready, { force: true });
    this.#child = spawn(
      process.execPath,
      [
        BIN,
        'server',
        'start',
        '--port',
        this.#port,
        '--data',
        join(this.home, 'data'),
        '--ready-file',
        ready,
        ...flags,
      ],
      { env: cliEnvironment(this.home), stdio: ['ignore', 'ignore', 'inherit'] },
    );
    while (this.#child.exitCode === null) {
      const text = await readFile(ready, 'utf8').catch(() => '');
      if (text !== '') {
        this.url = String(Reflect.get(JSON.parse(text), 'url'));
        this.#port = new URL(this.url).port;
        return;
      }
      await delay(25);
    }
    throw new Error('the control plane ended instead of becoming ready');
  }

  /** Stops the server; the home stays. */
  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  async remove(): Promise<void> {
    await this.down('SIGKILL');
    await rm(this.home, { recursive: true, force: true });
  }

  run(args: readonly string[], env: Record<string, string> = {}, stdin?: string): Promise<CliResult> {
    return runCli(args, { home: this.home, env, timeoutMs: 55_000, ...(stdin !== undefined && { stdin }) });
  }

  /** Runs with `--json` and expects success. */
  async json(...args: string[]): Promise<Record<string, unknown>> {
    const result = await this.run([...args, '--json']);
    if (result.exit !== 0)
      throw new Error(`${args.join(' ')} exited ${result.exit}: ${result.stdout}${result.stderr}`);
    return JSON.parse(result.stdout) as Record<string, unknown>;
  }

  async agentKey(): Promise<string> {
    return String(
      (await this.json('api-keys', 'create', '--organization', '--permission', 'execute'))['api_key'],
    );
  }

  /** One tool call as an SDK asks for it. */
  async enforce(key: string, toolName: string, more: object = {}): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/v1/enforce`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        agent_id: 'bot',
        tenant_id: 'local',
        tool_name: toolName,
        session_id: 'sess-1',
        user_id: 'user@example.com',
        approved_scope: ['read_file'],
        enforcement_mode: 'block',
        session_tool_calls: [],
        ...more,
      }),
    });
    if (!response.ok) throw new Error(`enforce answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }
}
