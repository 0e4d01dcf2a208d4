import { Agent, OpenAIProvider, Runner, tool, webSearchTool } from '@openai/agents';
import { describe, expect, it } from 'vitest';
import { instrument } from '../../src/sdk/index.js';
import { PARAMETERS, THREE, THREE_CHECKS, useRig } from './rig.js';

const rig = useRig();

function governedAgent(): Agent {
  const transfer = tool({
    name: 'transfer',
    description: 'send money',
    parameters: PARAMETERS,
    strict: true,
    execute: (input) => rig.transfer(input as { to: string; amount: number }),
  });
  return instrument(new Agent({ name: 'bot', model: 'scripted', tools: [transfer] }), rig.config());
}

describe('the OpenAI Agents SDK', () => {
  it('says which tools it cannot govern', () => {
    const warnings: string[] = [];
    const transfer = tool({
      name: 'transfer',
      description: 'send money',
      parameters: PARAMETERS,
      strict: true,
      execute: () => 'sent',
    });
    const agent = { tools: [transfer, webSearchTool()] };
    instrument(agent, rig.config({ logger: { warn: (text) => warnings.push(text) } }));
    expect(warnings).toEqual([expect.stringMatching(/not governed.*object with type\/name/)]);
  });

  it.each([
    ['responses', true, false],
    ['responses, streamed', true, true],
    ['chat completions', false, false],
  ])(
    'checks each call once over %s and tells the model of a refusal',
    async (_name, useResponses, stream) => {
      rig.model.turns = [THREE];
      const modelProvider = new OpenAIProvider({
        apiKey: 'none',
        baseURL: `${rig.model.url}/v1`,
        useResponses,
      });
      const runner = new Runner({ modelProvider, tracingDisabled: true });
      const agent = governedAgent();
      let output: unknown;
      if (stream) {
        const run = await runner.run(agent, 'pay', { stream: true });
        await run.completed;
        output = run.finalOutput;
      } else output = (await runner.run(agent, 'pay')).finalOutput;
      expect(output).toMatch(
        /^done: sent 20 to ann \| sent 50 to ann \| Thoth blocked tool 'transfer': too much/,
      );
      expect(rig.sent).toEqual([20, 50]);
      expect(rig.checks()).toEqual(THREE_CHECKS);
    },
  );
});
