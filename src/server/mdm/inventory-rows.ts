import { isJsonObject } from '../tenants/json-documents.js';
import { SyncFailure } from './connector.js';

/** The list in a reply: the reply itself, or the named member of it. */
export function rowsOf(body: unknown, name?: string): readonly unknown[] {
  const rows = name === undefined ? body : isJsonObject(body) ? body[name] : undefined;
  if (Array.isArray(rows)) return rows;
  throw new SyncFailure(
    name === undefined ? 'the inventory is not a list' : `the inventory has no list ${name}`,
  );
}

/** A count the vendor tells; anything but a whole number reads as untold. */
export function countOf(body: unknown, name: string): number | undefined {
  const value = isJsonObject(body) ? body[name] : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/**
 * Whether an inventory paged by number goes on. Counting rows instead of comparing with the page size asked for keeps
 * the walk whole when the vendor serves smaller pages than asked; without a total only an empty page is the end.
 */
export function goesOn(rows: number, seen: number, total: number | undefined): boolean {
  return rows > 0 && (total === undefined || seen + rows < total);
}

/** A stored page number or offset. */
export function numberAt(position: string | undefined): number {
  const value = position === undefined ? 0 : Number(position);
  if (!Number.isSafeInteger(value) || value < 0) throw new SyncFailure('the stored position is not a number');
  return value;
}
