import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode, ThothctlError, usageError } from '../../errors/index.js';

/** Where a tail stopped. A cursor means something only for the tenant and list it came from. */
interface SavedCursor {
  readonly version: 1;
  readonly tenant_id: string;
  readonly source: string;
  readonly cursor: string;
}

/** @throws ThothctlError `usage` when the file holds anything but a cursor of this tenant and list. */
export async function readCursor(
  path: string,
  tenantId: string,
  source: string,
): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw usageError(`cursor file ${path} cannot be read`, 'check its permissions or name another file');
  }
  const saved = parse(text);
  if (saved === undefined) {
    throw usageError(`cursor file ${path} does not hold a cursor`, 'remove it, or name another file');
  }
  if (saved.tenant_id !== tenantId || saved.source !== source) {
    throw usageError(
      `cursor file ${path} belongs to ${saved.source} of tenant ${saved.tenant_id}, not to ${source} of ${tenantId}`,
      'use one cursor file per tenant and list',
    );
  }
  return saved.cursor;
}

/** Replaces the file in one step; a crash leaves the old or the new cursor, never half of one. */
export async function saveCursor(
  path: string,
  tenantId: string,
  source: string,
  cursor: string,
): Promise<void> {
  const target = resolve(path);
  const draft = `${target}.${process.pid}.tmp`;
  const saved: SavedCursor = { version: 1, tenant_id: tenantId, source, cursor };
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(saved)}\n`, { mode: 0o600 });
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { force: true });
    const reason = errorCode(cause) ?? 'unknown error';
    throw new ThothctlError({
      code: 'cursor_unsaved',
      message: `the cursor could not be saved to ${path} (${reason})`,
      exit: 'usage',
      fix: 'name a file in a directory you may write to',
      cause,
    });
  }
}

/** A stream's decimal position, or the id of the row last seen of a control plane without streams. */
export function isCursor(text: string): boolean {
  return /^(\d{1,16}|id:.*)$/s.test(text);
}

function parse(text: string): SavedCursor | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { tenant_id, source, cursor } = Object.fromEntries(Object.entries(value));
  if (typeof tenant_id !== 'string' || typeof source !== 'string' || typeof cursor !== 'string')
    return undefined;
  return isCursor(cursor) ? { version: 1, tenant_id, source, cursor } : undefined;
}
