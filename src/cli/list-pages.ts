import {
  operationEntry,
  type OperationId,
  type OperationInput,
  type OperationOutput,
} from '../contract/index.js';
import type { GovApi } from '../govapi/index.js';
import { everyPage, hasPages, joinPages } from '../govapi/pages.js';
import { OF_ONE_PAGE } from './flags.js';

/** What reading a list needs of the command. */
export interface ListReader {
  readonly govapi: Pick<GovApi, 'call'>;
  readonly signal: AbortSignal;
  /** As parsed: `all`, and those that choose a page. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly notice: (text: string) => void;
}

interface Listed<Id extends OperationId> {
  readonly pages: readonly OperationOutput<Id>[];
  /** The only page, or all of them in the envelope of the first. */
  readonly data: unknown;
}

/**
 * The page asked for, or with `--all` every page. Rows that a default page leaves out are told of: an answer that looks
 * whole and is not misleads people and scripts alike.
 */
export async function readList<Id extends OperationId>(
  { govapi, signal, flags, notice }: ListReader,
  operation: Id,
  input: OperationInput<Id>,
  rowsOf: (page: OperationOutput<Id>) => readonly unknown[],
): Promise<Listed<Id>> {
  const { pagination } = operationEntry(operation);
  const fetch = (query: object) =>
    govapi.call(operation, { ...input, query: { ...input.query, ...query } }, { signal });
  if (hasPages(pagination) && flags['all'] === true) {
    const pages: OperationOutput<Id>[] = [];
    for await (const page of everyPage(pagination, fetch)) pages.push(page);
    return { pages, data: joinPages(pages) };
  }
  const page = await fetch({});
  const shown = rowsOf(page).length;
  const total = totalOf(page);
  if (total !== undefined && shown < total && !OF_ONE_PAGE.some((name) => flags[name] !== undefined))
    notice(
      `${shown} of ${total} shown; ${hasPages(pagination) ? '--all shows every one' : '--limit shows more'}.`,
    );
  return { pages: [page], data: page };
}

/** How many rows there are on all pages. The chain of evidence counts its records by the index of the last one. */
function totalOf(page: unknown): number | undefined {
  if (typeof page !== 'object' || page === null) return undefined;
  for (const name of ['chain_head', 'total']) {
    const value: unknown = Reflect.get(page, name);
    if (typeof value === 'number') return value;
  }
  return undefined;
}
