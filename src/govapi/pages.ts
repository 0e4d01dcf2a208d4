import type { Pagination } from '../contract/index.js';

type Query = Readonly<Record<string, string | number>>;

/** Every list of the contract takes pages of this size. */
const PAGE = 200;

/** Whether every row can be reached; a list that only takes a limit has no second page. */
export function hasPages(paging: Pagination | undefined): paging is Pagination {
  return paging !== undefined && ['page', 'offset', 'cursor'].includes(paging.style);
}

/**
 * Every page of a list, in turn. A server may give fewer rows than were asked for, so the end is a page that is shorter
 * than the first one, or a cursor that does not move.
 */
export async function* everyPage<Page>(
  paging: Pagination,
  fetch: (query: Query) => Promise<Page>,
): AsyncGenerator<Page> {
  let seen = 0;
  let first: number | undefined;
  let cursor: string | number | undefined;
  for (let page = 1; ; page += 1) {
    const answer = await fetch(pageQuery(paging, { page, seen, cursor }));
    yield answer;
    const rows = listOf(answer)?.rows ?? [];
    seen += rows.length;
    first ??= rows.length;
    const last = cursorOf(paging, rows);
    if (rows.length === 0 || rows.length < first) return;
    if (paging.style === 'cursor' && (last === undefined || last === cursor)) return;
    cursor = last;
  }
}

/** Members that tell which page it is: the joined list is none. */
const OF_ONE_PAGE = new Set(['page', 'per_page', 'limit', 'offset']);

/** The rows of all pages in the envelope of the first one. */
export function joinPages(pages: readonly unknown[]): unknown {
  const lists = pages.flatMap((page) => listOf(page) ?? []);
  const [first] = lists;
  if (first === undefined) return pages[0];
  const rows = lists.flatMap((list) => list.rows);
  return {
    ...Object.fromEntries(Object.entries(first.envelope).filter(([name]) => !OF_ONE_PAGE.has(name))),
    [first.member]: rows,
    ...('total' in first.envelope && { total: rows.length }),
  };
}

function pageQuery(
  { style, cursor: name = 'from_sequence' }: Pagination,
  at: { readonly page: number; readonly seen: number; readonly cursor: string | number | undefined },
): Query {
  if (style === 'page') return { page: at.page, per_page: PAGE };
  if (style === 'offset') return { limit: PAGE, offset: at.seen };
  return { limit: PAGE, ...(at.cursor !== undefined && { [name]: at.cursor }) };
}

function cursorOf(
  { key = 'chain_index' }: Pagination,
  rows: readonly unknown[],
): string | number | undefined {
  const last = rows.at(-1);
  const value: unknown = typeof last === 'object' && last !== null ? Reflect.get(last, key) : undefined;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function listOf(page: unknown) {
  if (typeof page !== 'object' || page === null || Array.isArray(page)) return undefined;
  const envelope: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(page));
  const [only, ...more] = Object.entries(envelope).filter(([, value]) => Array.isArray(value));
  if (only === undefined || more.length > 0) return undefined;
  const [member, rows] = only;
  return Array.isArray(rows) ? { envelope, member, rows: rows as unknown[] } : undefined;
}
