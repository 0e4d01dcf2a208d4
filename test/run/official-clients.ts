import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport as Transport1 } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { Client as Client2, type Transport as Transport2 } from '@modelcontextprotocol/client';

const SAMPLED = { model: 'm', role: 'assistant' as const, content: { type: 'text' as const, text: 'Paris' } };
const FORM = { name: 'Ada', color: 'blue', ok: true, username: 'ada', email: 'ada@example.com' };

/** A tool that the tests' policies block. */
export const BLOCKED_TOOL = 'test_blocked';

const CALLS = [
  'test_simple_text',
  'test_audio_content',
  'test_embedded_resource',
  'test_multiple_content_types',
  'test_error_handling',
  'test_tool_with_logging',
  'no_such_tool',
];

/** A client of the first generation that answers whatever a server asks. */
export async function withClient1<T>(
  transport: Transport1,
  use: (client: Client1) => Promise<T>,
): Promise<T> {
  const capabilities = { sampling: {}, elicitation: {} };
  const client = new Client1({ name: 'test', version: '1' }, { capabilities });
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED);
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: FORM }));
  await client.connect(transport);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

export type Era = 'legacy' | 'auto' | { pin: string };

/** A client of the second generation that answers whatever a server asks. */
export async function withClient2<T>(
  transport: Transport2,
  mode: Era,
  use: (client: Client2) => Promise<T>,
): Promise<T> {
  const capabilities = { sampling: {}, elicitation: { form: {} }, roots: {} };
  const options = { capabilities, versionNegotiation: { mode } };
  const client = new Client2({ name: 'test', version: '2' }, options);
  client.setRequestHandler('sampling/createMessage', () => SAMPLED);
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///tmp' }] }));
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: FORM }));
  await client.connect(transport);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** What a client of either generation sees of a server that has everything. */
export async function seenBy(client: Client1 | Client2): Promise<unknown> {
  const results: unknown[] = [];
  for (const name of CALLS) {
    results.push(await client.callTool({ name, arguments: {} }).catch((error: unknown) => String(error)));
  }
  const args = { arg1: 'a', arg2: 'b' };
  return {
    server: [client.getServerVersion(), client.getServerCapabilities(), client.getInstructions()],
    tools: await client.listTools(),
    prompts: await client.listPrompts(),
    resources: await client.listResources(),
    templates: await client.listResourceTemplates(),
    prompt: await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: args }),
    resource: await client.readResource({ uri: 'test://template/7/data' }),
    completion: await client.complete({
      ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'par' },
    }),
    results,
  };
}

/** What a server of the older protocol asks of its client while a call runs, and what it tells. */
export async function askedOf(client: Client1): Promise<unknown> {
  const logged: unknown[] = [];
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params));
  await client.callTool({ name: 'test_tool_with_logging' });
  return [
    logged,
    await client.callTool({ name: 'test_sampling', arguments: { prompt: 'capital?' } }),
    await client.callTool({ name: 'test_elicitation', arguments: { message: 'who?' } }),
  ];
}

/** What calls give that need to know something first; in the newer protocol they are called again with it. */
export async function answeredAfterInput(client: Client2): Promise<unknown[]> {
  const contents = [];
  for (const kind of ['elicitation', 'sampling', 'list_roots', 'request_state', 'multi_round']) {
    const name = `test_input_required_result_${kind}`;
    contents.push((await client.callTool({ name, arguments: {} })).content);
  }
  return contents;
}
