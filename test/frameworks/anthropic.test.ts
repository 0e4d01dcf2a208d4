import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { describe, expect, it } from 'vitest';
import { instrument, ThothPolicyViolation, wrapAnthropicTools } from '../../src/sdk/index.js';
import { PARAMETERS, THREE, THREE_CHECKS, useRig } from './rig.js';

const rig = useRig();
const client = () => new Anthropic({ baseURL: rig.model.url, apiKey: 'none', maxRetries: 0 });
const definition = { name: 'transfer', description: 'send money', input_schema: PARAMETERS };

/** The loop every user of the messages API writes. */
async function loop(stream: boolean): Promise<string> {
  const tools = wrapAnthropicTools({ transfer: rig.transfer }, rig.config());
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'pay' }];
  const request = { model: 'scripted', max_tokens: 100, tools: [definition], messages };
  for (;;) {
    const reply = stream
      ? await client().messages.stream(request).finalMessage()
      : await client().messages.create(request);
    messages.push({ role: 'assistant', content: reply.content });
    if (reply.stop_reason !== 'tool_use') {
      return reply.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    }
    const uses = reply.content.filter((block) => block.type === 'tool_use');
    messages.push({
      role: 'user',
      content: await Promise.all(
        uses.map(async ({ id, input }): Promise<Anthropic.ToolResultBlockParam> => {
          try {
            const content = await tools.transfer(input as { to: string; amount: number });
            return { type: 'tool_result', tool_use_id: id, content };
          } catch (error) {
            if (!(error instanceof ThothPolicyViolation)) throw error;
            return { type: 'tool_result', tool_use_id: id, content: error.message, is_error: true };
          }
        }),
      ),
    });
  }
}

describe('the Anthropic SDK', () => {
  it.each([false, true])('governs a messages loop (streamed: %s), one check per call', async (stream) => {
    rig.model.turns = [THREE];
    expect(await loop(stream)).toMatch(
      /^done: sent 20 to ann \| sent 50 to ann \| Thoth blocked tool 'transfer': too much/,
    );
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(THREE_CHECKS);
    expect(rig.model.results.map(({ isError }) => isError)).toEqual([false, false, true]);
  });

  it.each([false, true])('governs the tools of its own tool runner (streamed: %s)', async (stream) => {
    rig.model.turns = [THREE];
    const agent = {
      tools: [betaTool({ ...definition, inputSchema: PARAMETERS, run: (input) => rig.transfer(input) })],
    };
    instrument(agent, rig.config());
    const runner = client().beta.messages.toolRunner({
      model: 'scripted',
      max_tokens: 100,
      tools: agent.tools,
      messages: [{ role: 'user', content: 'pay' }],
      stream,
    });
    await runner.runUntilDone();
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(THREE_CHECKS);
    expect(rig.model.results.map(({ isError }) => isError)).toEqual([false, false, true]);
    expect(rig.model.results[2]?.text).toContain("Thoth blocked tool 'transfer': too much");
  });
});
