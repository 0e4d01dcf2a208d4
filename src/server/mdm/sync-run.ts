import { createHash } from 'node:crypto';
import { SyncFailure, type InventoryPage, type InventorySource } from './connector.js';
import { commitDevices, commitMissing, ROWS_PER_COMMIT } from './device-commit.js';
import { startedAgain, type JobProgress } from './job-progress.js';
import type { SyncJob } from './job-row.js';
import type { JobParts } from './job-store.js';
import type { VendorSession } from './vendor-session.js';

const MAX_PAGES = 5_000;
const MAX_POSITION = 8_192;

/**
 * Walks the inventory from where the job stands to its end, then notes what has left it. Every commit is told, so that
 * a failure half-way still reports what was done before it. Throws what the session throws.
 */
export async function runSync(
  parts: JobParts,
  job: SyncJob,
  vendor: { readonly session: VendorSession; readonly source: InventorySource },
  onCommit: (job: SyncJob) => void,
): Promise<void> {
  const { session, source } = vendor;
  const resumedAt = job.progress.position;
  const visited = new Set<string>();
  let current = job;
  const committed = (after: SyncJob): void => onCommit((current = after));

  while (!current.progress.walked) {
    const { position, seen, rowsDone, pages } = current.progress;
    if (pages === MAX_PAGES) throw new SyncFailure(`the inventory does not end after ${MAX_PAGES} pages`);
    visited.add(placeOf(source, position));
    let page: InventoryPage;
    try {
      page = await session.page(position ?? undefined, seen - rowsDone);
    } catch (error) {
      // Links to further pages expire. After a stop long enough for that, the walk begins again; nothing is done twice.
      const expired = error instanceof SyncFailure && error.unknownPosition;
      if (!expired || position === null || position !== resumedAt) throw error;
      visited.clear();
      committed({ ...current, progress: startedAgain(current.progress) });
      continue;
    }
    const { next } = page;
    if (next !== undefined && next.length > MAX_POSITION)
      throw new SyncFailure('the link to the next page is too long');
    if (next !== undefined && visited.has(placeOf(source, next))) {
      throw new SyncFailure('the pages of the inventory lead in a circle');
    }
    await commitPage(page);
  }

  async function commitPage({ rows, next, total }: InventoryPage): Promise<void> {
    let from = current.progress.rowsDone;
    let last: boolean;
    do {
      const until = Math.min(rows.length, from + ROWS_PER_COMMIT);
      const readings = rows.slice(from, until).map((row) => source.readDevice(row));
      last = until >= rows.length;
      const advance = (progress: JobProgress): JobProgress => ({
        ...progress,
        total: total ?? progress.total,
        ...(last
          ? { position: next ?? null, rowsDone: 0, pages: progress.pages + 1, walked: next === undefined }
          : { rowsDone: until }),
      });
      committed(await commitDevices(parts, current, readings, advance));
      from = until;
    } while (!last);
  }

  // An account that lost its view sees nothing without being refused: an empty inventory is no reason to unmanage all.
  if (current.progress.synced === 0) return;
  for (;;) {
    const after = await commitMissing(parts, current);
    if (after === undefined) return;
    committed(after);
  }
}

/** Two positions of one address are one place. Links can be long, and many. */
function placeOf(source: InventorySource, position: string | null): string {
  return createHash('sha256')
    .update(source.pageUrl(position ?? undefined))
    .digest('base64');
}
