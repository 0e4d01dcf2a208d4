import { spawn } from 'node:child_process';
import type { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { RunningCommand, type RunHarness } from './run-process.js';
import { governanceBy } from './scripted-runs.js';

const CLIENT = { capabilities: {}, clientInfo: { name: 'side-by-side', version: '1' } };

/** Raw lines with which the server answered one request, asked itself and through the proxy. */
export interface Answers {
  readonly direct: string;
  readonly through: string;
}

/** One MCP server in two processes, asked the same by a client on its stdio and by one behind the proxy. */
export class SideBySide {
  #id = 0;

  private constructor(
    readonly direct: RunningCommand,
    readonly through: RunningCommand,
  ) {}

  /** `env` is for the server; a function gets the side, so that each can have a place of its own. */
  static start(
    harness: RunHarness,
    enforcer: ScriptedEnforcer,
    command: readonly string[],
    env: (side: 'direct' | 'through') => Record<string, string> = () => ({}),
  ): SideBySide {
    const [program = '', ...args] = command;
    const path = { PATH: process.env['PATH'] ?? '' };
    const governance = governanceBy(enforcer);
    return new SideBySide(
      new RunningCommand(spawn(program, args, { env: { ...path, ...env('direct') } })),
      harness.start({ governance }, command, env('through')),
    );
  }

  /** The handshake of the older protocol. */
  async initialize(protocolVersion = '2025-11-25'): Promise<Answers> {
    const answers = await this.ask('initialize', { protocolVersion, ...CLIENT });
    this.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return answers;
  }

  async ask(method: string, params: object = {}): Promise<Answers> {
    this.#id += 1;
    this.#send({ jsonrpc: '2.0', id: this.#id, method, params });
    const [direct, through] = await Promise.all([
      this.direct.rawReply(this.#id),
      this.through.rawReply(this.#id),
    ]);
    return { direct, through };
  }

  call(name: string, args: object = {}): Promise<Answers> {
    return this.ask('tools/call', { name, arguments: args });
  }

  /** Both clients close their side; gives the exit codes. */
  async end(): Promise<(number | null)[]> {
    this.direct.child.stdin.end();
    this.through.child.stdin.end();
    return Promise.all([this.direct.ended, this.through.ended]);
  }

  #send(message: object): void {
    const line = `${JSON.stringify(message)}\n`;
    this.direct.send(line);
    this.through.send(line);
  }
}
