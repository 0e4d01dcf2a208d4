import { operations, type OperationEntry, type Pagination } from '../../contract/index.js';
import { usageError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import { failureOf } from '../../govapi/failure.js';

export interface RawCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal?: AbortSignal;
}

type RawApi = Pick<GovApi, 'raw' | 'tenantId' | 'baseUrl'>;

const PAGE = 200;

/** Fills `{tenantId}` in; a path without a leading slash is below `/{tenantId}/thoth/`. */
export function fullPath(path: string, tenantId: string): string {
  const whole = path.startsWith('/') ? path : `/{tenantId}/thoth/${path}`;
  return whole.replaceAll(/\{tenant(Id)?\}/g, encodeURIComponent(tenantId));
}

/** `name=value`, repeatable. */
export function readQuery(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const cut = word.indexOf('=');
      if (cut < 1)
        throw usageError(
          `--param ${JSON.stringify(word)} is not name=value`,
          'write for example --param limit=10',
        );
      return [word.slice(0, cut), word.slice(cut + 1)];
    }),
  );
}

/** One request. @throws ThothctlError for any status that is not a success, with the server's own words. */
export async function rawCall(api: RawApi, call: RawCall): Promise<unknown> {
  const { status, body } = await api.raw(call.method, call.path, {
    query: call.query,
    ...(call.body === undefined ? {} : { body: call.body }),
    signal: call.signal,
  });
  if (status >= 200 && status < 300) return body ?? {};
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  throw failureOf({ status, headers: {}, text }, new URL(api.baseUrl).origin);
}

/** Every page of a list, joined in the envelope of the first one. */
export async function rawPages(api: RawApi, call: RawCall): Promise<unknown> {
  const paging = pagingOf(call, api.tenantId);
  if (paging === undefined) return rawCall(api, call);
  let first: Readonly<Record<string, unknown>> | undefined;
  let member = '';
  const rows: unknown[] = [];
  for (let step = 0; ; step += 1) {
    const query = { ...call.query, ...pageQuery(paging, step, rows) };
    const page = await rawCall(api, { ...call, query });
    const list = listOf(page);
    if (list === undefined) return page;
    first ??= list.envelope;
    member = list.member;
    rows.push(...list.rows);
    const size = Number(query['per_page'] ?? query['limit'] ?? PAGE);
    if (list.rows.length < size || step > 100_000) break;
  }
  return { ...first, [member]: rows, total: rows.length };
}

function pagingOf(call: RawCall, tenantId: string): Pagination | undefined {
  if (call.method !== 'GET') throw usageError('--paginate goes with GET only');
  const path = call.path.split('?')[0] ?? '';
  const entry = Object.values<OperationEntry>(operations).find(
    (operation) =>
      operation.method.toUpperCase() === 'GET' &&
      operation.path.replace('{tenantId}', encodeURIComponent(tenantId)) === path,
  );
  const pagination = entry?.pagination;
  // A list that only takes a limit has no second page.
  return pagination && ['page', 'offset', 'cursor'].includes(pagination.style) ? pagination : undefined;
}

function pageQuery(paging: Pagination, step: number, rows: readonly unknown[]): Record<string, string> {
  if (paging.style === 'page') return { page: String(step + 1), per_page: String(PAGE) };
  if (paging.style === 'offset') return { limit: String(PAGE), offset: String(rows.length) };
  return { [paging.cursor ?? 'from_sequence']: String(lastIndex(rows)), limit: String(PAGE) };
}

function lastIndex(rows: readonly unknown[]): number {
  const last = rows.at(-1);
  const index = typeof last === 'object' && last !== null && 'chain_index' in last ? last.chain_index : 0;
  return typeof index === 'number' ? index : 0;
}

function listOf(page: unknown) {
  if (typeof page !== 'object' || page === null || Array.isArray(page)) return undefined;
  const envelope: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(page));
  const member = ['data', 'items', 'api_keys', 'packs', 'invoices'].find((name) =>
    Array.isArray(envelope[name]),
  );
  const rows = member === undefined ? undefined : envelope[member];
  return member !== undefined && Array.isArray(rows)
    ? { envelope, member, rows: rows as unknown[] }
    : undefined;
}
