import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { Client as Client2, type ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { BuiltFixture } from './conformance/built-fixture.js';
import { RunHarness } from './run-process.js';

// The official clients with a server that has everything, once started by the client itself and once behind the proxy.
let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let fixture: BuiltFixture;
/** What starts the server, and what starts it behind the proxy. */
let ways: readonly (readonly string[])[];

beforeAll(async () => {
  harness = await RunHarness.create();
  fixture = await BuiltFixture.build();
  enforcer = await ScriptedEnforcer.start();
  enforcer.onEnforce = ({ body }) => ({
    body:
      Reflect.get(Object(body), 'tool_name') === 'test_image_content'
        ? { decision: 'BLOCK', reason: 'no images' }
        : { decision: 'ALLOW' },
  });
  const governance = { agentId: 'bot', tenantId: 'acme', apiUrl: enforcer.url, apiKey: 'k' };
  ways = [fixture.stdio, [process.execPath, ...harness.argv({ governance }, fixture.stdio)]];
});
afterAll(async () => {
  await enforcer.stop();
  fixture.remove();
  harness.remove();
});

/** The same done in both ways; what was seen through the proxy has to equal what was seen directly. */
async function inBothWays<T>(look: (command: string, args: string[]) => Promise<T>): Promise<T> {
  const [direct, through] = await Promise.all(ways.map(([command = '', ...args]) => look(command, args)));
  expect(through).toEqual(direct);
  return direct as T;
}

const CALLS = [
  'test_simple_text',
  'test_audio_content',
  'test_embedded_resource',
  'test_multiple_content_types',
  'test_error_handling',
  'test_tool_with_logging',
  'no_such_tool',
];
const SAMPLED = { model: 'm', role: 'assistant' as const, content: { type: 'text' as const, text: 'Paris' } };

/** What a client of either generation can ask for. */
async function seenBy(client: Client1 | Client2): Promise<unknown> {
  const results: unknown[] = [];
  for (const name of CALLS) {
    results.push(await client.callTool({ name, arguments: {} }).catch((error: unknown) => String(error)));
  }
  return {
    server: [client.getServerVersion(), client.getServerCapabilities(), client.getInstructions()],
    tools: await client.listTools(),
    prompts: await client.listPrompts(),
    resources: await client.listResources(),
    templates: await client.listResourceTemplates(),
    prompt: await client.getPrompt({
      name: 'test_prompt_with_arguments',
      arguments: { arg1: 'a', arg2: 'b' },
    }),
    resource: await client.readResource({ uri: 'test://template/7/data' }),
    completion: await client.complete({
      ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'par' },
    }),
    results,
  };
}

describe('the TypeScript client of the first generation', () => {
  async function withClient<T>(
    command: string,
    args: string[],
    use: (client: Client1) => Promise<T>,
  ): Promise<T> {
    const client = new Client1(
      { name: 'test', version: '1' },
      { capabilities: { sampling: {}, elicitation: {} } },
    );
    client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
    client.setRequestHandler(ElicitRequestSchema, () => ({
      action: 'accept',
      content: { username: 'ada', email: 'ada@example.com' },
    }));
    await client.connect(new Stdio1({ command, args, stderr: 'inherit' }));
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  it('sees the same server', async () => {
    const seen = await inBothWays((command, args) => withClient(command, args, seenBy));
    expect(JSON.stringify(seen)).toContain('This is a simple text response');
  });

  it('is asked the same by the server, and hears the same on the way', async () => {
    const seen = await inBothWays((command, args) =>
      withClient(command, args, async (client) => {
        const logged: unknown[] = [];
        client.setNotificationHandler(
          LoggingMessageNotificationSchema,
          ({ params }) => void logged.push(params),
        );
        await client.callTool({ name: 'test_tool_with_logging' });
        return [
          logged,
          await client.callTool({ name: 'test_sampling', arguments: { prompt: 'capital?' } }),
          await client.callTool({ name: 'test_elicitation', arguments: { message: 'who?' } }),
        ];
      }),
    );
    expect(JSON.stringify(seen)).toContain('LLM response: Paris');
    expect(JSON.stringify(seen)).toContain('ada@example.com');
    expect(seen[0]).toHaveLength(3);
  });

  it('gets an error result for a blocked call', async () => {
    const [command = '', ...args] = ways[1] ?? [];
    const result = await withClient(command, args, (client) =>
      client.callTool({ name: 'test_image_content' }),
    );
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('no images') }],
    });
  });
});

describe.each<[string, NonNullable<ClientOptions['versionNegotiation']>, string]>([
  ['speaking the older protocol', { mode: 'legacy' }, '2025-11-25'],
  ['that finds out', { mode: 'auto' }, '2026-07-28'],
  ['speaking the newer protocol alone', { mode: { pin: '2026-07-28' } }, '2026-07-28'],
])('the TypeScript client of the second generation, %s', (_name, versionNegotiation, version) => {
  async function withClient<T>(
    command: string,
    args: string[],
    use: (client: Client2) => Promise<T>,
  ): Promise<T> {
    const capabilities = { sampling: {}, elicitation: { form: {} }, roots: {} };
    const client = new Client2({ name: 'test', version: '2' }, { capabilities, versionNegotiation });
    client.setRequestHandler('sampling/createMessage', () => SAMPLED);
    client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///tmp' }] }));
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept',
      content: { name: 'Ada', color: 'blue', ok: true },
    }));
    await client.connect(new Stdio2({ command, args, stderr: 'inherit' }));
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  it('sees the same server', async () => {
    const seen = await inBothWays((command, args) =>
      withClient(command, args, async (client) => [
        client.getNegotiatedProtocolVersion(),
        await seenBy(client),
      ]),
    );
    expect(seen[0]).toBe(version);
  });

  it('is asked the same on the way to a result', async () => {
    const seen = await inBothWays((command, args) =>
      withClient(command, args, async (client) => {
        const results = [];
        for (const kind of ['elicitation', 'sampling', 'list_roots', 'request_state', 'multi_round']) {
          results.push(await client.callTool({ name: `test_input_required_result_${kind}`, arguments: {} }));
        }
        return results.map(({ content }) => content);
      }),
    );
    expect(JSON.stringify(seen)).toContain('Hello, Ada!');
    expect(JSON.stringify(seen)).toContain('Both steps are done.');
  });

  it('gets an error result for a blocked call', async () => {
    const [command = '', ...args] = ways[1] ?? [];
    const result = await withClient(command, args, (client) =>
      client.callTool({ name: 'test_image_content' }),
    );
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('no images') }],
    });
  });
});

describe('the inspector', () => {
  const inspector = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/inspector-cli/build/cli.js',
  );
  const inspect = async (way: readonly string[], ...flags: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [inspector, '--cli', ...way, ...flags]);
    return JSON.parse(stdout) as unknown;
  };

  it.each([
    ['--method', 'tools/list'],
    ['--method', 'prompts/list'],
    ['--method', 'resources/read', '--uri', 'test://static-text'],
    ['--method', 'tools/call', '--tool-name', 'test_header_parameter', '--tool-arg', 'region=eu'],
  ])('prints the same for %s %s', async (...flags) => {
    const seen = await inBothWays((command, args) => inspect([command, ...args], ...flags));
    expect(seen).toBeTypeOf('object');
  });

  it('prints an error result for a blocked call', async () => {
    const seen = await inspect(ways[1] ?? [], '--method', 'tools/call', '--tool-name', 'test_image_content');
    expect(seen).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('no images') }] });
  });
});
