import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { instrument, ThothPolicyViolation, wrapOpenAITools } from '../../src/sdk/index.js';
import { refusalOf } from '../sdk/governed-tool.js';
import { call, PARAMETERS, THREE, THREE_CHECKS, useRig } from './rig.js';

const rig = useRig();
const client = () => new OpenAI({ baseURL: `${rig.model.url}/v1`, apiKey: 'none', maxRetries: 0 });

async function resultOf(run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ThothPolicyViolation) return error.message;
    throw error;
  }
}

async function chatLoop(stream: boolean): Promise<string> {
  const tools = wrapOpenAITools({ transfer: rig.transfer }, rig.config());
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'pay' }];
  const definition = { type: 'function' as const, function: { name: 'transfer', parameters: PARAMETERS } };
  for (;;) {
    const request = { model: 'scripted', messages, tools: [definition] };
    const reply = stream
      ? await client().chat.completions.stream(request).finalChatCompletion()
      : await client().chat.completions.create(request);
    const message = reply.choices[0]?.message;
    if (message?.tool_calls === undefined || message.tool_calls.length === 0) return message?.content ?? '';
    messages.push(message);
    for (const each of message.tool_calls) {
      if (each.type !== 'function') continue;
      const content = await resultOf(() => tools.transfer(JSON.parse(each.function.arguments)));
      messages.push({ role: 'tool', tool_call_id: each.id, content });
    }
  }
}

async function responsesLoop(stream: boolean): Promise<string> {
  const tools = wrapOpenAITools({ transfer: rig.transfer }, rig.config());
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'pay' }];
  const definition = {
    type: 'function' as const,
    name: 'transfer',
    parameters: PARAMETERS,
    strict: true,
    description: null,
  };
  for (;;) {
    const request = { model: 'scripted', input, tools: [definition] };
    const reply: OpenAI.Responses.Response = stream
      ? await client().responses.stream(request).finalResponse()
      : await client().responses.create(request);
    const calls = reply.output.filter((item) => item.type === 'function_call');
    if (calls.length === 0) return reply.output_text;
    for (const each of calls) {
      input.push({
        type: 'function_call',
        call_id: each.call_id,
        name: each.name,
        arguments: each.arguments,
      });
      const output = await resultOf(() => tools.transfer(JSON.parse(each.arguments)));
      input.push({ type: 'function_call_output', call_id: each.call_id, output });
    }
  }
}

describe('the OpenAI SDK', () => {
  it.each([
    ['chat completions', chatLoop, false],
    ['chat completions, streamed', chatLoop, true],
    ['responses', responsesLoop, false],
    ['responses, streamed', responsesLoop, true],
  ])('governs a tool-call loop over %s, one check per call', async (_name, loop, stream) => {
    rig.model.turns = [THREE];
    expect(await loop(stream)).toMatch(
      /^done: sent 20 to ann \| sent 50 to ann \| Thoth blocked tool 'transfer': too much/,
    );
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(THREE_CHECKS);
  });

  it.each([
    ['parsed', true],
    ['as text', false],
  ])('governs the functions of runTools that take their arguments %s', async (_how, parse) => {
    rig.model.turns = [[call(20), call(80)], [call(900)]];
    const run = (input: unknown): string =>
      rig.transfer(typeof input === 'string' ? JSON.parse(input) : (input as never));
    const agent = {
      tools: [
        {
          type: 'function' as const,
          function: {
            name: 'transfer',
            description: 'send money',
            parameters: PARAMETERS,
            function: run,
            ...(parse ? { parse: (text: string): object => JSON.parse(text) } : {}),
          },
        },
      ],
    };
    instrument(agent, rig.config());
    const runner = client().chat.completions.runTools({
      model: 'scripted',
      messages: [{ role: 'user', content: 'pay' }],
      tools: agent.tools as never,
    });
    const refused = await refusalOf(runner.finalContent());
    expect(String(refused['cause'] ?? refused)).toContain("Thoth blocked tool 'transfer': too much");
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(THREE_CHECKS);
  });
});
