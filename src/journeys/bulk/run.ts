import { operationEntry, type OperationId } from '../../contract/index.js';
import type { ThothctlError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { Output, Result } from '../../output/index.js';
import { checkRows, type Body, type BulkFamily } from './check-rows.js';
import { failedFileName, writeFailedFile } from './failed-file.js';
import type { FromFile } from './flags.js';
import { readSource } from './read-source.js';
import { sendRows, type RowOutcome } from './send-rows.js';

export interface BulkPorts {
  /** Connected only once the whole input has been found good. */
  readonly api: () => Promise<GovApi>;
  readonly out: Pick<Output, 'progress' | 'notice'>;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** A family with how one of its rows is sent; what it answers is shown for that row. */
export interface SendableFamily<Id extends OperationId> extends BulkFamily<Id> {
  readonly send: (api: GovApi, body: Body<Id>, signal: AbortSignal) => Promise<object>;
  /** Looks at all rows once more, before anything is sent. */
  readonly prepare?: (bodies: readonly Body<Id>[]) => Promise<void>;
}

const CONCURRENCY = 16;

/** Does one operation for every row of a file. Exit 12 when some rows failed; those are in a file of their own. */
export async function runBulk<Id extends OperationId>(
  family: SendableFamily<Id>,
  file: string,
  flags: Omit<FromFile, 'from-file'>,
  { api, out, dryRun, signal }: BulkPorts,
): Promise<Result> {
  const read = await readSource(file, flags['input-format'], family.fields);
  const bodies = await checkRows(read, family);
  await family.prepare?.(bodies);
  const govapi = await api();
  const about = { tenant_id: govapi.tenantId, operation: family.operation, file: read.name };
  if (dryRun) return { data: { dry_run: true, ...about, format: read.format, rows: bodies.length } };

  const started = performance.now();
  const progress = out.progress(`${family.what}: 0/${bodies.length}`);
  const outcomes = await sendRows(bodies, (body) => family.send(govapi, body, signal), {
    concurrency: flags.concurrency ?? CONCURRENCY,
    repeatable: operationEntry(family.operation).idempotent,
    signal,
    onProgress: (done) => progress.update(family.what, done, bodies.length),
  });
  const left = outcomes.flatMap((outcome, row) => (outcome.state === 'done' ? [] : [row]));
  const seconds = (performance.now() - started) / 1000;
  const succeeded = bodies.length - left.length;
  const counts = { total: bodies.length, succeeded, failed: left.length };
  const rate = Math.round(succeeded / Math.max(seconds, 0.001));
  progress.done();
  out.notice(`${succeeded} of ${bodies.length} ${family.what} done in ${seconds.toFixed(1)} s (${rate}/s)`);

  const items = outcomes.flatMap((outcome) => (outcome.state === 'done' ? [outcome.shown] : []));
  if (left.length === 0)
    return { data: { ...about, ...counts, items, failures: [] }, view: countsView(counts) };
  const refusal = refusedWhole(outcomes);
  if (refusal !== undefined) throw refusal;
  const failedFile = flags['failed-file'] ?? failedFileName(file, family.what, read.format);
  await writeFailedFile(failedFile, read.source.text(left));
  const locate = await read.source.locator();
  const failures = left.map((row) => ({
    line: locate(row).line,
    key: keyOf(family, bodies, row),
    ...failureOf(outcomes[row]),
  }));
  out.notice(
    `${left.length === 1 ? '1 row is' : `${left.length} rows are`} in ${failedFile}; run it again once the cause is mended`,
  );
  return {
    data: { ...about, ...counts, failed_file: failedFile, items, failures },
    rows: failures,
    view: { kind: 'table', columns: FAILURE_COLUMNS, rows: failures },
    exit: 'partial',
  };
}

const FAILURE_COLUMNS = [
  { key: 'line', header: 'LINE', kind: 'number' },
  { key: 'key', header: 'ROW', kind: 'id' },
  { key: 'code', header: 'CODE' },
  { key: 'message', header: 'MESSAGE' },
] as const;

function countsView({ total, succeeded }: { total: number; succeeded: number }) {
  return {
    kind: 'record',
    fields: [
      { label: 'rows', value: total, kind: 'number' },
      { label: 'done', value: succeeded, kind: 'number' },
    ],
  } as const;
}

/** Nothing was done and every answer was the same refusal of the caller: the ordinary error says it best. */
function refusedWhole(outcomes: readonly RowOutcome[]): ThothctlError | undefined {
  if (outcomes.some((outcome) => outcome.state === 'done')) return undefined;
  for (const outcome of outcomes) {
    if (outcome.state !== 'failed') continue;
    const { error } = outcome;
    if (error.exit === 'unauthenticated' || error.exit === 'forbidden' || error.exit === 'unavailable')
      return error;
  }
  return undefined;
}

function keyOf<Id extends OperationId>(family: BulkFamily<Id>, bodies: readonly Body<Id>[], row: number) {
  const body = bodies[row];
  return (body === undefined ? undefined : family.key(body)) ?? null;
}

function failureOf(outcome: RowOutcome | undefined) {
  if (outcome?.state !== 'failed') {
    return { code: 'not_sent', message: 'the work ended before this row was sent', request_id: null };
  }
  const { code, message, requestId } = outcome.error;
  return { code, message, request_id: requestId ?? null };
}
