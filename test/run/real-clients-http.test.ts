import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rig } from './conformance/rig.js';
import {
  answeredAfterInput,
  askedOf,
  BLOCKED_TOOL,
  seenBy,
  withClient1,
  withClient2,
  type Era,
} from './official-clients.js';

// The official clients over HTTP with a server that has everything, by itself and behind the built `thothctl run`, whose
// decisions come from the local control plane.
let rig: Rig;

beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

describe.each(['--mcp-http', '--listen', 'stdio', 'stdio, --mcp-http'])('through %s', (surface) => {
  const through = (): URL => new URL(rig.surfaces.get(surface)?.url ?? '');

  /** What was seen through the proxy has to equal what was seen directly. */
  async function inBothWays<T>(look: (url: URL) => Promise<T>): Promise<T> {
    const [one, other] = await Promise.all([look(new URL(rig.direct)), look(through())]);
    expect(other).toEqual(one);
    return one;
  }

  const REFUSED = { isError: true, content: [{ text: expect.stringContaining('never here') }] };

  it('the client of the first generation sees the same and is asked the same', async () => {
    const seen = await inBothWays((url) =>
      withClient1(new Http1(url), async (client) => [await seenBy(client), await askedOf(client)]),
    );
    expect(JSON.stringify(seen)).toContain('LLM response: Paris');
    const call = { name: BLOCKED_TOOL };
    const refused = await withClient1(new Http1(through()), (client) => client.callTool(call));
    expect(refused).toMatchObject(REFUSED);
  });

  it.each<[string, Era]>([
    ['2025-11-25', 'legacy'],
    ['2026-07-28', 'auto'],
    ['2026-07-28', { pin: '2026-07-28' }],
  ])('the client of the second generation, speaking %s (%j), does too', async (version, era) => {
    const seen = await inBothWays((url) =>
      withClient2(new Http2(url), era, async (client) => [
        client.getNegotiatedProtocolVersion(),
        await seenBy(client),
        await answeredAfterInput(client),
      ]),
    );
    expect(seen[0]).toBe(version);
    const call = { name: BLOCKED_TOOL };
    const refused = await withClient2(new Http2(through()), era, (client) => client.callTool(call));
    expect(refused).toMatchObject(REFUSED);
  });
});
