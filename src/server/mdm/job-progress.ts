import { isJsonObject, parseDocument, textMember, type JsonObject } from '../tenants/json-documents.js';

/** A row of the inventory that could not become an endpoint. */
export interface DeviceError {
  /** Its place in the inventory, from 1. */
  readonly row: number;
  readonly device: string | null;
  readonly reason: string;
}

/** How far a job has come. Stored with every commit, so that another process can go on from exactly there. */
export interface JobProgress {
  /** ISO 8601; null while queued. */
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly error: string | null;
  /** Page being read; null is the first one. */
  readonly position: string | null;
  /** Rows of that page that are committed already. */
  readonly rowsDone: number;
  /** Whether the inventory has been read to its end. */
  readonly walked: boolean;
  readonly pages: number;
  readonly seen: number;
  readonly total: number | null;
  readonly synced: number;
  readonly unassigned: number;
  readonly skipped: number;
  readonly missing: number;
  readonly failed: number;
  readonly errors: readonly DeviceError[];
  readonly resumed: number;
}

export const MAX_DEVICE_ERRORS = 100;

export const NOT_STARTED: JobProgress = {
  startedAt: null,
  completedAt: null,
  error: null,
  position: null,
  rowsDone: 0,
  walked: false,
  pages: 0,
  seen: 0,
  total: null,
  synced: 0,
  unassigned: 0,
  skipped: 0,
  missing: 0,
  failed: 0,
  errors: [],
  resumed: 0,
};

export function writeProgress(progress: JobProgress): string {
  return JSON.stringify({
    started_at: progress.startedAt,
    completed_at: progress.completedAt,
    error: progress.error,
    position: progress.position,
    rows_done: progress.rowsDone,
    walked: progress.walked,
    pages: progress.pages,
    seen: progress.seen,
    total: progress.total,
    synced_endpoints: progress.synced,
    unassigned_count: progress.unassigned,
    skipped: progress.skipped,
    missing: progress.missing,
    failed: progress.failed,
    errors: progress.errors,
    resumed: progress.resumed,
  });
}

export function readProgress(text: string): JobProgress {
  const document = parseDocument(text);
  const count = (member: string): number => numberMember(document, member) ?? 0;
  const errors = document['errors'];
  return {
    startedAt: textMember(document, 'started_at') ?? null,
    completedAt: textMember(document, 'completed_at') ?? null,
    error: textMember(document, 'error') ?? null,
    position: textMember(document, 'position') ?? null,
    rowsDone: count('rows_done'),
    walked: document['walked'] === true,
    pages: count('pages'),
    seen: count('seen'),
    total: numberMember(document, 'total') ?? null,
    synced: count('synced_endpoints'),
    unassigned: count('unassigned_count'),
    skipped: count('skipped'),
    missing: count('missing'),
    failed: count('failed'),
    errors: Array.isArray(errors) ? errors.flatMap(deviceError) : [],
    resumed: count('resumed'),
  };
}

/** Back to the first page. What is known of devices stays with them; what is known of rows does not. */
export function startedAgain(progress: JobProgress): JobProgress {
  return {
    ...progress,
    position: null,
    rowsDone: 0,
    pages: 0,
    seen: 0,
    total: null,
    skipped: 0,
    failed: 0,
    errors: [],
  };
}

function numberMember(document: JsonObject, member: string): number | undefined {
  const value = document[member];
  return typeof value === 'number' ? value : undefined;
}

function deviceError(value: unknown): DeviceError[] {
  if (!isJsonObject(value)) return [];
  const row = numberMember(value, 'row');
  const reason = textMember(value, 'reason');
  if (row === undefined || reason === undefined) return [];
  return [{ row, device: textMember(value, 'device') ?? null, reason }];
}
