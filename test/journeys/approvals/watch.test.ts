import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGovApi, type GovApi } from '../../../src/govapi/index.js';
import { watchHolds } from '../../../src/journeys/approvals/index.js';
import type { FollowApi } from '../../../src/journeys/follow/index.js';
import { startDataPlane, type DataPlane } from '../../server/enforce/data-plane.js';

let thoth: DataPlane;
let api: GovApi;

beforeAll(async () => {
  thoth = await startDataPlane();
  api = createGovApi({
    tenantId: thoth.server.tenantId,
    baseUrl: thoth.server.url,
    credential: { kind: 'bearer', secret: thoth.adminToken },
    version: '0.0.0',
    env: {},
  });
});
afterAll(async () => {
  await api.close();
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
});

/** The real client; `after` happens when an approval list has been read and before it is looked at. */
function withinLists(after: () => Promise<unknown>): FollowApi {
  const call: GovApi['call'] = async (id, input, options) => {
    const reply = await api.call(id, input, options);
    if (id === 'listApprovals') await after();
    return reply;
  };
  return { tenantId: api.tenantId, call, stream: (id, options) => api.stream(id, options) };
}

describe('watching holds', () => {
  it('announces each of those made before, while and after the pending ones are read', async () => {
    const hold = (tool: string) => thoth.enforce({ tool_name: tool, enforcement_mode: 'step_up' });
    await hold('before');
    const enough = new AbortController();
    const tools: unknown[] = [];
    const write = async (row: Readonly<Record<string, unknown>>): Promise<void> => {
      tools.push(row['tool_name']);
      if (row['tool_name'] === 'while') await hold('after');
      if (row['tool_name'] === 'after') enough.abort();
    };
    await watchHolds(
      withinLists(() => hold('while')),
      { write },
      {
        signal: AbortSignal.any([enough.signal, AbortSignal.timeout(60_000)]),
        notice: () => undefined,
        includePending: true,
        ask: undefined,
      },
    );
    expect(tools).toEqual(['before', 'while', 'after']);
  });

  it('ends, and leaves no stream open, when the pending ones cannot be read', async () => {
    const refused = withinLists(() => Promise.reject(new Error('refused')));
    const never = new AbortController();
    const options = { notice: () => undefined, includePending: true, ask: undefined };
    const watching = watchHolds(
      refused,
      { write: async () => undefined },
      { ...options, signal: never.signal },
    );
    await expect(watching).rejects.toThrow('refused');
  });
});
