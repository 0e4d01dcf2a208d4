import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { RunOptions } from '../../src/run/index.js';
import type { McpHttpOptions } from '../../src/run/mcp-http/index.js';
import { PATIENT } from '../sdk/governed-tool.js';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { RemoteServer } from './remote-server.js';
import { RunHarness, type LaunchOptions, type RunningCommand } from './run-process.js';

type HttpOptions = Omit<McpHttpOptions, 'command'>;
type Governance = NonNullable<RunOptions['governance']>;

/** Runs for the tests of a file. Each test has an enforcer and a remote server of its own; what it starts ends with it. */
export function scriptedRuns(): ScriptedRuns {
  const runs = new ScriptedRuns();
  beforeAll(() => runs.build());
  afterAll(() => runs.harness.remove());
  beforeEach(() => runs.begin());
  afterEach(() => runs.end());
  return runs;
}

/** How a run is governed by this enforcer. */
export function governanceBy(enforcer: ScriptedEnforcer, more: Governance = {}): Governance {
  return { agentId: 'bot', tenantId: 'acme', apiUrl: enforcer.url, apiKey: 'k', ...PATIENT, ...more };
}

class ScriptedRuns {
  harness!: RunHarness;
  enforcer!: ScriptedEnforcer;
  remote!: RemoteServer;
  readonly #running: RunningCommand[] = [];

  async build(): Promise<void> {
    this.harness = await RunHarness.create();
  }

  async begin(): Promise<void> {
    this.enforcer = await ScriptedEnforcer.start();
    this.remote = await RemoteServer.start();
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((each) => each.kill()));
    await this.remote.stop();
    await this.enforcer.stop();
  }

  governance(more?: Governance): Governance {
    return governanceBy(this.enforcer, more);
  }

  start(
    options: LaunchOptions,
    command: readonly string[] = [],
    env?: Record<string, string>,
  ): RunningCommand {
    const one = this.harness.start(options, command, env);
    this.#running.push(one);
    return one;
  }

  /** Before the remote server: for a client on stdio, or on HTTP where `listen` is said. */
  overHttp(more: Partial<HttpOptions> = {}): HttpOptions {
    return {
      governance: this.governance(),
      upstream: { url: this.remote.url, headers: {} },
      allowed: { origins: [], hosts: [] },
      insecureHttp: false,
      ...more,
    };
  }

  /** Serves the remote server over HTTP, and returns where. */
  front(more: Partial<HttpOptions> = {}): Promise<string> {
    return this.start(this.overHttp({ listen: { host: '127.0.0.1', port: 0 }, ...more })).address();
  }
}
