import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { instrument } from '../../src/sdk/index.js';
import { PARAMETERS, THREE, THREE_CHECKS, useRig } from './rig.js';

const rig = useRig();

function governedTools() {
  const transfer = tool({
    description: 'send money',
    inputSchema: jsonSchema<{ to: string; amount: number }>(PARAMETERS),
    execute: async (input) => rig.transfer(input),
  });
  return instrument({ tools: { transfer } }, rig.config()).tools;
}

describe('the Vercel AI SDK', () => {
  it.each([
    ['generateText', false],
    ['streamText', true],
  ])('checks each call of %s once and tells the model of a refusal', async (_name, stream) => {
    rig.model.turns = [THREE];
    const model = createOpenAI({ apiKey: 'none', baseURL: `${rig.model.url}/v1` })('scripted');
    const request = { model, tools: governedTools(), prompt: 'pay', stopWhen: stepCountIs(3), maxRetries: 0 };
    let text: string;
    if (stream) {
      const run = streamText(request);
      await run.consumeStream();
      text = await run.text;
    } else ({ text } = await generateText(request));
    expect(text).toMatch(
      /^done: .*sent 20 to ann.* \| .*sent 50 to ann.* \| .*Thoth blocked tool 'transfer': too much/,
    );
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(THREE_CHECKS);
  });

  it('governs a tool that streams its result', async () => {
    rig.model.turns = [THREE];
    const transfer = tool({
      description: 'send money',
      inputSchema: jsonSchema<{ to: string; amount: number }>(PARAMETERS),
      async *execute(input) {
        yield 'sending';
        yield rig.transfer(input);
      },
    });
    const { tools } = instrument({ tools: { transfer } }, rig.config());
    const model = createOpenAI({ apiKey: 'none', baseURL: `${rig.model.url}/v1` })('scripted');
    await generateText({ model, tools, prompt: 'pay', stopWhen: stepCountIs(3), maxRetries: 0 });
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(THREE_CHECKS);
  });
});
