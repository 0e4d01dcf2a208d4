import { AIMessage, AIMessageChunk, HumanMessage, type ToolMessage } from '@langchain/core/messages';
import {
  DynamicStructuredTool,
  DynamicTool,
  StructuredTool,
  tool,
  type StructuredToolInterface,
} from '@langchain/core/tools';
import { MessagesAnnotation, Send, StateGraph } from '@langchain/langgraph';
import { createReactAgent, ToolNode } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { describe, expect, it } from 'vitest';
import { instrument, ThothPolicyViolation } from '../../src/sdk/index.js';
import { PARAMETERS, THREE, THREE_CHECKS, useRig } from './rig.js';

type Input = { to: string; amount: number };

const rig = useRig();
const fields = { name: 'transfer', description: 'send money', schema: PARAMETERS };
const madeByFunction = () => tool((input) => rig.transfer(input as Input), fields);
const chat = () =>
  new ChatOpenAI({
    model: 'scripted',
    apiKey: 'none',
    maxRetries: 0,
    configuration: { baseURL: `${rig.model.url}/v1` },
  });

class Transfer extends StructuredTool {
  override name = 'transfer';
  override description = 'send money';
  override schema = PARAMETERS;
  protected override async _call(input: Input): Promise<string> {
    return rig.transfer(input);
  }
}

describe('LangChain.js tools', () => {
  it.each<[string, () => StructuredToolInterface]>([
    ['tool()', () => madeByFunction()],
    [
      'DynamicStructuredTool',
      () => new DynamicStructuredTool({ ...fields, func: async (input) => rig.transfer(input as Input) }),
    ],
    ['a StructuredTool class', () => new Transfer()],
  ])('checks %s once per call, by every way in', async (_name, make) => {
    const transfer = make();
    instrument({ tools: [transfer] }, rig.config());
    expect(await transfer.invoke({ to: 'ann', amount: 20 })).toBe('sent 20 to ann');
    const message: unknown = await transfer.invoke({
      type: 'tool_call',
      id: '1',
      name: 'transfer',
      args: { to: 'ann', amount: 80 },
    });
    expect((message as ToolMessage).content).toBe('sent 50 to ann');
    await expect(transfer.invoke({ to: 'ann', amount: 900 })).rejects.toBeInstanceOf(ThothPolicyViolation);
    expect(rig.checks()).toEqual(THREE_CHECKS);
    expect(
      await transfer.batch([
        { to: 'bob', amount: 1 },
        { to: 'bob', amount: 2 },
      ]),
    ).toHaveLength(2);
    expect(rig.sent).toEqual([20, 50, 1, 2]);
    expect(rig.checks()).toHaveLength(5);
  });

  it('governs a DynamicTool that takes text', async () => {
    const search = new DynamicTool({
      name: 'search',
      description: 'find',
      func: async (query) => `found ${query}`,
    });
    instrument({ tools: [search] }, rig.config());
    expect(await search.invoke('tea')).toBe('found tea');
    rig.enforcer.decide({ decision: 'MODIFY', modified_tool_args: { input: 'milk' } });
    expect(await search.invoke('tea')).toBe('found milk');
    rig.enforcer.decide({ decision: 'BLOCK' });
    await expect(search.invoke('tea')).rejects.toBeInstanceOf(ThothPolicyViolation);
    expect(rig.checks()).toHaveLength(3);
  });
});

describe('LangGraph', () => {
  it.each(['whole', 'streamed'])('checks each parallel call of an agent once, replies %s', async (how) => {
    rig.model.turns = [THREE];
    const tools = [madeByFunction()];
    instrument({ tools }, rig.config());
    const agent = createReactAgent({ llm: chat(), tools });
    const input = { messages: [new HumanMessage('pay')] };
    let text = '';
    if (how === 'streamed') {
      const chunks = await agent.stream(input, { streamMode: 'messages' });
      for await (const [chunk] of chunks) if (AIMessageChunk.isInstance(chunk)) text += chunk.text;
    } else text = (await agent.invoke(input)).messages.at(-1)?.text ?? '';
    expect(text).toMatch(
      /done: sent 20 to ann \| sent 50 to ann \| .*Thoth blocked tool 'transfer': too much/s,
    );
    expect(rig.model.requests.map(({ stream }) => stream)).toEqual(Array(2).fill(how === 'streamed'));
    expect(rig.sent.toSorted((a, b) => a - b)).toEqual([20, 50]);
    expect(rig.checks()).toHaveLength(3);
    expect(rig.checks()).toEqual(expect.arrayContaining(THREE_CHECKS));
  });

  it('governs the tools of a tool node in place', async () => {
    const node = instrument(new ToolNode([madeByFunction()]), rig.config());
    const results = await node.invoke([
      assistantAsking(THREE.map(({ args }, index) => ({ id: `${index}`, args }))),
    ]);
    const messages = results as ToolMessage[];
    expect(messages.map(({ status }) => status)).toEqual(['success', 'success', 'error']);
    expect(rig.checks()).toHaveLength(3);
    expect(rig.sent).toHaveLength(2);
  });

  it('checks once per call on branches that run side by side', async () => {
    const transfer = madeByFunction();
    instrument({ tools: [transfer] }, rig.config());
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('pay', async (state: { amount?: number }) => {
        const text: unknown = await transfer
          .invoke({ to: 'ann', amount: state.amount ?? 0 })
          .catch((error: Error) => error.message);
        return { messages: [new HumanMessage(String(text))] };
      })
      .addConditionalEdges('__start__', () => [10, 80, 900, 30].map((amount) => new Send('pay', { amount })))
      .compile();
    const { messages } = await graph.invoke({ messages: [] });
    expect(messages.map(({ text }) => text).filter((text) => text.startsWith('sent'))).toHaveLength(3);
    expect(rig.sent.toSorted((a, b) => a - b)).toEqual([10, 30, 50]);
    expect(rig.checks()).toHaveLength(4);
  });
});

function assistantAsking(calls: readonly { id: string; args: Input }[]): AIMessage {
  return new AIMessage({
    content: '',
    tool_calls: calls.map((each) => ({ ...each, name: 'transfer', type: 'tool_call' })),
  });
}
