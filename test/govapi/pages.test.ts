import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pagination } from '../../src/contract/index.js';
import { everyPage, joinPages } from '../../src/govapi/pages.js';

const STYLES: readonly Pagination[] = [
  { style: 'page' },
  { style: 'offset' },
  { style: 'cursor', cursor: 'after', key: 'id' },
  { style: 'cursor' },
];

/** A list of `total` rows that never gives more than `cap` of them at once. */
function server(total: number, cap: number) {
  const rows = Array.from({ length: total }, (_, at) => ({ id: `r${at + 1}`, chain_index: at + 1 }));
  return (query: Readonly<Record<string, string | number>>) => {
    const size = Math.min(cap, Number(query['limit'] ?? query['per_page']));
    const after = Number(query['from_sequence'] ?? String(query['after'] ?? 'r0').slice(1));
    const from = 'page' in query ? (Number(query['page']) - 1) * size : Number(query['offset'] ?? after);
    return Promise.resolve({ data: rows.slice(from, from + size), total });
  };
}

describe('every page of a list', () => {
  test.each(STYLES)('each row comes once, whatever the server gives at a time: %j', async (paging) => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 900 }), fc.integer({ min: 1, max: 300 }), async (total, cap) => {
        const pages: unknown[] = [];
        for await (const page of everyPage(paging, server(total, cap))) pages.push(page);
        const { data } = joinPages(pages) as { data: { chain_index: number }[] };
        expect(data.map((row) => row.chain_index)).toEqual(Array.from({ length: total }, (_, at) => at + 1));
      }),
      { numRuns: 40 },
    );
  });

  test('a cursor that does not move ends the walk', async () => {
    const pages: unknown[] = [];
    const stuck = () => Promise.resolve({ data: [{ id: 'same' }] });
    for await (const page of everyPage({ style: 'cursor', cursor: 'after', key: 'id' }, stuck))
      pages.push(page);
    expect(pages).toHaveLength(2);
  });
});
