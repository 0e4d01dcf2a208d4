import { operationEntry, operationIds, type Pagination } from '../../contract/index.js';
import { usageError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import { failureOf } from '../../govapi/failure.js';
import { everyPage, hasPages, joinPages } from '../../govapi/pages.js';

export interface RawCall {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
  readonly body: unknown;
  readonly signal?: AbortSignal;
}

type RawApi = Pick<GovApi, 'raw' | 'tenantId' | 'baseUrl'>;

/**
 * Fills `{tenantId}` in; a path without a leading slash is below `/{tenantId}/thoth/`.
 * @throws ThothctlError `usage` for a URL: the host is that of the credential, whatever was pasted.
 */
export function fullPath(path: string, tenantId: string): string {
  if (/^([a-z][a-z0-9+.-]*:)?\/\//i.test(path))
    throw usageError(
      `${JSON.stringify(path)} is a URL; a path of the control plane is wanted`,
      'leave out scheme and host; --govapi-url or the context says which control plane is asked',
    );
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

/** One request: its body, and of HEAD, which has none, status and headers. @throws ThothctlError for any status that is not a success, with the server's own words. */
export async function rawCall(api: RawApi, call: RawCall): Promise<unknown> {
  const { status, headers, body } = await api.raw(call.method, call.path, {
    query: call.query,
    ...(call.body === undefined ? {} : { body: call.body }),
    signal: call.signal,
  });
  if (status >= 200 && status < 300) return call.method === 'HEAD' ? { status, headers } : (body ?? {});
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? null);
  throw failureOf({ status, headers, text }, { origin: new URL(api.baseUrl).origin });
}

/** Every page of a list, joined in the envelope of the first one. */
export async function rawPages(api: RawApi, call: RawCall): Promise<unknown> {
  const paging = pagingOf(call, api.tenantId);
  if (paging === undefined) return rawCall(api, call);
  const pages: unknown[] = [];
  for await (const page of everyPage(paging, (query) =>
    rawCall(api, { ...call, query: { ...call.query, ...query } }),
  ))
    pages.push(page);
  return joinPages(pages);
}

function pagingOf(call: RawCall, tenantId: string): Pagination | undefined {
  if (call.method !== 'GET') throw usageError('--paginate goes with GET only');
  const path = call.path.split('?')[0] ?? '';
  const entry = operationIds()
    .map(operationEntry)
    .find(
      (operation) =>
        operation.method.toUpperCase() === 'GET' &&
        operation.path.replace('{tenantId}', encodeURIComponent(tenantId)) === path,
    );
  return hasPages(entry?.pagination) ? entry.pagination : undefined;
}
