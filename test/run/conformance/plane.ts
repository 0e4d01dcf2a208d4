import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalPlane } from '../../commands/local-plane.js';
import { BIN, cliEnvironment } from '../../support/cli.js';
import { BLOCKED_TOOL } from '../official-clients.js';
import type { BuiltFixture } from './built-fixture.js';

const AGENT = 'conformance';

/**
 * Tools that the suite (for an extension of the protocol) and the tests call although the fixture has none of them. They may
 * be called, so that it is the fixture that says so.
 */
const UNKNOWN_TO_THE_FIXTURE = [
  'confirm_delete',
  'failing_job',
  'greet',
  'multi_input',
  'no_such_tool',
  'protocol_error_job',
  'slow_compute',
  'test_tool_with_task',
];

/** Allows one agent what is in its scope, except for one tool. */
const POLICY = `
@id("the-fixture")
permit (principal == Thoth::Agent::"${AGENT}", action in Thoth::Action::"tool_call", resource);

@id("never")
@reason("never here")
forbid (principal, action == Thoth::Action::"tool_call:${BLOCKED_TOOL}", resource);
`;

/** A `thothctl run` under test, with the decisions it has got so far. */
export interface GovernedRun {
  readonly command: readonly string[];
  /** Calls that the control plane decided, by decision. */
  decisions(): Record<string, number>;
}

/** The local control plane with a scope and a policy under which every tool of the fixture may be called. */
export class ConformancePlane {
  #records = 0;

  private constructor(
    private readonly plane: LocalPlane,
    private readonly keyFile: string,
  ) {}

  static async start(fixture: BuiltFixture): Promise<ConformancePlane> {
    const plane = await LocalPlane.start();
    try {
      const keyFile = join(plane.home, 'key');
      writeFileSync(keyFile, await plane.agentKey(), { mode: 0o600 });
      const policies = join(plane.home, 'policies');
      mkdirSync(policies);
      writeFileSync(join(policies, 'conformance.cedar'), POLICY);
      await plane.json('policy', 'push', policies, '--yes');
      const tools = [...(await toolNames(fixture)), ...UNKNOWN_TO_THE_FIXTURE];
      await plane.json('agents', 'scope', 'set', AGENT, ...tools.flatMap((name) => ['--tool', name]));
      return new ConformancePlane(plane, keyFile);
    } catch (error) {
      await plane.remove();
      throw error;
    }
  }

  /**
   * The command line of `thothctl run`, in block mode, with what makes it a proxy of one kind. It brings its environment,
   * and has nothing of whoever starts it.
   */
  run(...flags: string[]): GovernedRun {
    const record = join(this.plane.home, `record-${(this.#records += 1)}`);
    const identity = ['--agent-id', AGENT, '--enforcement-mode', 'block', '--api-key-file', this.keyFile];
    const variables = Object.entries(cliEnvironment(this.plane.home)).map((entry) => entry.join('='));
    const argv = [process.execPath, BIN, 'run', ...identity, '--record', record, ...flags];
    return { command: ['env', '-i', ...variables, ...argv], decisions: () => decisionsIn(record) };
  }

  remove(): Promise<void> {
    return this.plane.remove();
  }
}

function decisionsIn(record: string): Record<string, number> {
  const count: Record<string, number> = {};
  for (const line of readFileSync(record, 'utf8').split('\n')) {
    const entry: unknown = line === '' ? {} : JSON.parse(line);
    const decision: unknown = Reflect.get(Object(entry), 'decision');
    if (typeof decision === 'string') count[decision] = (count[decision] ?? 0) + 1;
  }
  return count;
}

async function toolNames({ stdio: [command = '', ...args] }: BuiltFixture): Promise<string[]> {
  const client = new Client({ name: 'conformance', version: '1' });
  await client.connect(new StdioClientTransport({ command, args }));
  const { tools } = await client.listTools();
  await client.close();
  return tools.map(({ name }) => name);
}
