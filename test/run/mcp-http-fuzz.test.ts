import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Governance } from '../../src/run/mcp/governance.js';
import { fuzzedGovernance, fuzzRuns } from './fuzz/enforcement.js';
import { front } from './fuzz/http-front.js';
import { shape, type RawRequest } from './fuzz/http-shapes.js';
import { judgeServer } from './fuzz/judge.js';
import { bytesOf, conversationOf, TOOLS, type Item } from './fuzz/messages.js';
import { rawExchange, type RawResponse } from './fuzz/raw-exchange.js';
import { StubHttpServer } from './fuzz/stub-http-server.js';
import { dice } from './fuzz/wires.js';

// Random messages in random requests, whole and damaged, on sockets of their own. A server remembers every body that it
// got and all that it said; nothing but what was decided may have reached it, and its answers come as they are.

const fuzzed = fuzzedGovernance();
let governance: Governance;
beforeEach(() => {
  governance = fuzzed.governance();
});

/** What the item is once it stands in this request. */
function itemIn(item: Item, { refused }: RawRequest): Item {
  const line = bytesOf(item);
  const blank = item.kind === 'plain' && item.line.trim() === '';
  return refused || blank ? { kind: 'hostile', line } : item;
}

/** An answer of the server comes as it was said; in place of one that broke off comes one of ours, or nothing whole. */
function judgeResponse(item: Item, { status, body, whole }: RawResponse, server: StubHttpServer): void {
  if (item.kind === 'hostile') return expect(status ?? 400, body.toString()).toBeGreaterThanOrEqual(400);
  if (item.kind === 'damaged' || item.kind === 'cancel') return;
  const said = server.said.get(bytesOf(item).toString('latin1'));
  if (said === undefined || said.broken) {
    expect(status).toBeDefined();
    return;
  }
  expect(whole, `the response to ${JSON.stringify(item)}`).toBe(true);
  expect(status).toBe(said.status);
  // Readers drop the mark; the proxy does so for all of them.
  expect(body.toString('utf8')).toBe(said.bytes.toString('utf8').replace(/^\ufeff/, ''));
}

describe('the proxy on HTTP', () => {
  it(
    'lets no ungoverned call and no altered byte through, whatever is sent in whatever requests',
    async () => {
      const lines = conversationOf(TOOLS, 10);
      const shapes = fc.array(shape, { minLength: 10, maxLength: 10 });
      await fc.assert(
        fc.asyncProperty(lines, shapes, fc.nat(), async (conversation, forms, seed) => {
          fuzzed.enforcer.requests.length = 0;
          const roll = dice(seed);
          const server = new StubHttpServer(roll);
          const proxy = await front(await server.listen(), governance);
          try {
            const host = `127.0.0.1:${proxy.port}`;
            const requests = conversation.flatMap((item, index) => {
              const made = forms[index]?.(bytesOf(item), host, seed + index);
              return made === undefined ? [] : [made];
            });
            const items = conversation.flatMap((item, index) => {
              const made = requests[index];
              return made === undefined ? [] : [itemIn(item, made)];
            });
            const responses = await Promise.all(requests.map((each) => rawExchange(proxy.port, each, roll)));
            const received = Buffer.concat(server.received);
            judgeServer({ items, apart: true, hurry: false, received, checks: fuzzed.enforcer.checks });
            items.forEach((item, index) => {
              const response = responses[index];
              if (response !== undefined) judgeResponse(item, response, server);
            });
          } finally {
            await proxy.close();
            await server.stop();
          }
        }),
        { numRuns: fuzzRuns(80) },
      );
    },
    fuzzRuns(80) * 1000,
  );
});
