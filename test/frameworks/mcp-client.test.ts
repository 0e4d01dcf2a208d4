import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { instrument, instrumentToolchain, ThothPolicyViolation } from '../../src/sdk/index.js';
import { THREE_CHECKS, useRig } from './rig.js';

const rig = useRig();

async function connectedClient(): Promise<Client> {
  const server = new McpServer({ name: 'bank', version: '1.0.0' });
  server.registerTool('transfer', { inputSchema: { to: z.string(), amount: z.number() } }, (input) => ({
    content: [{ type: 'text', text: rig.transfer(input) }],
  }));
  server.registerTool('balance', {}, () => ({ content: [{ type: 'text', text: '7' }] }));
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1.0.0' });
  await Promise.all([server.connect(far), client.connect(near)]);
  return client;
}

describe('an MCP client', () => {
  it('asks under the name of the called tool, once per call', async () => {
    const client = instrument(await connectedClient(), rig.config());
    const pay = (amount: number) => client.callTool({ name: 'transfer', arguments: { to: 'ann', amount } });
    expect((await pay(20)).content).toEqual([{ type: 'text', text: 'sent 20 to ann' }]);
    expect((await pay(80)).content).toEqual([{ type: 'text', text: 'sent 50 to ann' }]);
    await expect(pay(900)).rejects.toBeInstanceOf(ThothPolicyViolation);
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(THREE_CHECKS);
    await client.callTool({ name: 'balance' });
    expect(rig.checks().at(-1)).toEqual(['balance', {}]);
    expect((await client.listTools()).tools).toHaveLength(2);
    await client.close();
  });

  it('is found inside a toolchain, beside other tools', async () => {
    const chain = { bank: await connectedClient(), add: (a: number, b: number) => a + b };
    instrumentToolchain(chain, rig.config());
    await chain.bank.callTool({ name: 'transfer', arguments: { to: 'bob', amount: 5 } });
    await chain.add(1, 2);
    expect(rig.checks()).toEqual([
      ['transfer', { to: 'bob', amount: 5 }],
      ['add', { args: [1, 2] }],
    ]);
    await chain.bank.close();
  });
});
