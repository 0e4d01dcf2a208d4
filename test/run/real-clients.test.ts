import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { BuiltFixture } from './conformance/built-fixture.js';
import {
  answeredAfterInput,
  askedOf,
  BLOCKED_TOOL,
  seenBy,
  withClient1,
  withClient2,
  type Era,
} from './official-clients.js';
import { RunHarness } from './run-process.js';
import { governanceBy } from './scripted-runs.js';

// The official clients with a server that has everything, once started by the client itself and once behind the proxy.
let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let fixture: BuiltFixture;

interface Way {
  readonly command: string;
  readonly args: string[];
}
let direct: Way;
let through: Way;

beforeAll(async () => {
  harness = await RunHarness.create();
  fixture = await BuiltFixture.build();
  enforcer = await ScriptedEnforcer.start();
  enforcer.onEnforce = ({ body }) => ({
    body:
      Reflect.get(Object(body), 'tool_name') === BLOCKED_TOOL
        ? { decision: 'BLOCK', reason: 'never here' }
        : { decision: 'ALLOW' },
  });
  const governance = governanceBy(enforcer);
  const [command = '', ...args] = fixture.stdio;
  direct = { command, args };
  through = { command, args: harness.argv({ governance }, fixture.stdio) };
});
afterAll(async () => {
  await enforcer.stop();
  fixture.remove();
  harness.remove();
});

/** The same done in both ways; what was seen through the proxy has to equal what was seen directly. */
async function inBothWays<T>(look: (way: Way) => Promise<T>): Promise<T> {
  const [one, other] = await Promise.all([look(direct), look(through)]);
  expect(other).toEqual(one);
  return one;
}

const REFUSED = { isError: true, content: [{ text: expect.stringContaining('never here') }] };

describe('the TypeScript client of the first generation', () => {
  it('sees the same server', async () => {
    const seen = await inBothWays((way) => withClient1(new Stdio1(way), seenBy));
    expect(JSON.stringify(seen)).toContain('This is a simple text response');
  });

  it('is asked the same by the server, and hears the same on the way', async () => {
    const seen = JSON.stringify(await inBothWays((way) => withClient1(new Stdio1(way), askedOf)));
    expect(seen).toContain('LLM response: Paris');
    expect(seen).toContain('ada@example.com');
    expect(seen).toContain('Tool processing data');
  });

  it('gets an error result for a blocked call', async () => {
    const call = { name: BLOCKED_TOOL };
    const result = await withClient1(new Stdio1(through), (client) => client.callTool(call));
    expect(result).toMatchObject(REFUSED);
  });
});

describe.each<[string, Era, string]>([
  ['speaking the older protocol', 'legacy', '2025-11-25'],
  ['that finds out', 'auto', '2026-07-28'],
  ['speaking the newer protocol alone', { pin: '2026-07-28' }, '2026-07-28'],
])('the TypeScript client of the second generation, %s', (_name, era, version) => {
  it('sees the same server', async () => {
    const seen = await inBothWays((way) =>
      withClient2(new Stdio2(way), era, async (client) => [
        client.getNegotiatedProtocolVersion(),
        await seenBy(client),
      ]),
    );
    expect(seen[0]).toBe(version);
  });

  it('is asked the same on the way to a result', async () => {
    const seen = await inBothWays((way) => withClient2(new Stdio2(way), era, answeredAfterInput));
    expect(JSON.stringify(seen)).toContain('Hello, Ada!');
    expect(JSON.stringify(seen)).toContain('Both steps are done.');
  });

  it('gets an error result for a blocked call', async () => {
    const call = { name: BLOCKED_TOOL };
    const result = await withClient2(new Stdio2(through), era, (client) => client.callTool(call));
    expect(result).toMatchObject(REFUSED);
  });
});

describe('the inspector', () => {
  const inspector = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/inspector-cli/build/cli.js',
  );
  const inspect = async ({ command, args }: Way, ...flags: string[]) => {
    const argv = [inspector, '--cli', command, ...args, ...flags];
    const { stdout } = await promisify(execFile)(process.execPath, argv);
    return JSON.parse(stdout) as unknown;
  };

  it.each([
    ['--method', 'tools/list'],
    ['--method', 'prompts/list'],
    ['--method', 'resources/read', '--uri', 'test://static-text'],
    ['--method', 'tools/call', '--tool-name', 'test_header_parameter', '--tool-arg', 'region=eu'],
  ])('prints the same for %s %s', async (...flags) => {
    const seen = await inBothWays((way) => inspect(way, ...flags));
    expect(seen).toBeTypeOf('object');
  });

  it('prints an error result for a blocked call', async () => {
    const seen = await inspect(through, '--method', 'tools/call', '--tool-name', BLOCKED_TOOL);
    expect(seen).toMatchObject(REFUSED);
  });
});
