import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRehearsal, type Rehearsal } from './rehearsal.js';

// Rows are added between the pages of every walk. A walk in the order of arrival sees each row once; one from the
// newest backwards may meet a row again, because page numbers move, and must still miss none.

let stage: Rehearsal;
beforeAll(async () => {
  stage = await startRehearsal();
});
afterAll(async () => {
  expect(stage.thoth.faults).toEqual([]);
  await stage.stop();
});

interface Walk {
  readonly name: string;
  readonly add: () => Promise<unknown>;
  /** Ids of one page, counted from 0; fewer than `SIZE` ends the walk. */
  readonly page: (index: number) => Promise<readonly string[]>;
  readonly inOrderOfArrival: boolean;
}

const SIZE = 4;
const ROWS = 15;

const exceptionOf = async () =>
  stage.api.call('createPolicyException', {
    body: {
      violation_id: await stage.violation(),
      requested_by: 'owner',
      business_justification: 'because',
      frequency_estimate: 'once',
      data_sensitivity: 'internal',
    },
  });

const walks: readonly Walk[] = [
  ...(['asc', 'desc'] as const).map((direction) => ({
    name: `the feed, ${direction}ending`,
    add: () => stage.governed({}),
    page: async (index: number) =>
      (
        await stage.api.call('listGovernanceFeed', {
          query: { page: index + 1, per_page: SIZE, sort_by: 'occurred_at', sort_dir: direction },
        })
      ).data.map((row) => row.event_id),
    inOrderOfArrival: direction === 'asc',
  })),
  {
    name: 'approvals',
    add: () => stage.held(),
    page: async (index) =>
      (await stage.api.call('listApprovals', { query: { page: index + 1, per_page: SIZE } })).data.map(
        (row) => row.approval_id,
      ),
    inOrderOfArrival: false,
  },
  {
    name: 'policy exceptions',
    add: exceptionOf,
    page: async (index) =>
      (
        await stage.api.call('listPolicyExceptions', { query: { limit: SIZE, offset: index * SIZE } })
      ).data.map((row) => row.request_id),
    inOrderOfArrival: false,
  },
  {
    name: 'policy change artifacts',
    add: async () => {
      const { request_id: requestId } = await exceptionOf();
      await stage.api.call('reviewPolicyException', {
        path: { requestId },
        body: { review_decision: 'approve', reviewed_by: 'ciso', target_environment: 'prod' },
      });
    },
    page: async (index) =>
      (
        await stage.api.call('listPolicyChangeArtifacts', { query: { limit: SIZE, offset: index * SIZE } })
      ).data.map((row) => row.artifact_id),
    inOrderOfArrival: false,
  },
  {
    name: 'the evidence chain',
    add: () => stage.governed({}),
    page: async (index) =>
      (
        await stage.api.call('getEvidenceChain', { query: { from_sequence: index * SIZE, limit: SIZE } })
      ).data.map((record) => String(record.chain_index)),
    inOrderOfArrival: true,
  },
];

describe.each(walks)('$name', ({ add, page, inOrderOfArrival }) => {
  it('misses no row while rows are added', async () => {
    for (let count = 0; count < ROWS; count += 1) await add();
    const before: string[] = [];
    for (let index = 0; ; index += 1) {
      const ids = await page(index);
      before.push(...ids);
      if (ids.length < SIZE) break;
    }
    expect(new Set(before).size, 'no row twice while nothing changes').toBe(before.length);

    const walked: string[] = [];
    for (let index = 0, added = 0; ; index += 1) {
      const ids = await page(index);
      walked.push(...ids);
      if (ids.length < SIZE) break;
      if (added < ROWS) await add();
      added += 1;
    }
    expect(before.filter((id) => !walked.includes(id))).toEqual([]);
    if (inOrderOfArrival) {
      expect(new Set(walked).size, 'no row twice').toBe(walked.length);
      expect(walked.slice(0, before.length), 'in the same order').toEqual(before);
    }
  });
});
