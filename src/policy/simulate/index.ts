import { open, type FileHandle } from 'node:fs/promises';
import { errorCode, usageError } from '../../errors/index.js';
import { faultyPolicy } from '../fault.js';
import { snapshotOf } from '../evaluate/snapshot.js';
import { lintBundles } from '../lint/check.js';
import { loadSoundPolicy } from '../load.js';
import type { PolicyApi } from '../remote.js';
import { savedCalls, tenantCalls, type RecordedCall } from './calls.js';
import { staysInForce } from './in-force.js';
import { Replay } from './replay.js';
import { SimulationTally, type SimulationReport } from './report.js';

export {
  notEvaluated,
  SIMULATION_COLUMNS,
  simulationForms,
  simulationRows,
  simulationSummary,
} from './report.js';

export interface Simulation {
  readonly path: string;
  /** Calls of a tenant, or of a file. */
  readonly from: { readonly api: PolicyApi; readonly since: string | undefined } | { readonly file: string };
  /** File that gets every call replayed. */
  readonly save: string | undefined;
  /** Observed and staged bundles decide as well, as they would once promoted. */
  readonly promoted: boolean;
}

const CONSEQUENCE = 'nothing was simulated';

/**
 * Replays recorded calls against the bundles of a directory. Bundles of the tenant that the directory does not name,
 * or only stages, stay in force, as they would after a push.
 * @throws ThothctlError `policy_invalid` with every fault; `usage` when the calls cannot be read.
 */
export async function simulatePolicy(
  simulation: Simulation,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (calls: number) => void } = {},
): Promise<SimulationReport> {
  const { from, promoted } = simulation;
  const since = 'api' in from && from.since !== undefined ? instant(from.since) : undefined;
  const wanted = await loadSoundPolicy(simulation.path, CONSEQUENCE);
  const faults = await lintBundles(wanted, options.signal);
  if (faults.some(({ severity }) => severity === 'error')) throw faultyPolicy(faults, CONSEQUENCE);
  const pushed = wanted.map((each) =>
    promoted && each.status !== 'paused'
      ? { ...each, mode: 'enforce' as const, status: 'active' as const }
      : each,
  );
  const others = 'api' in from ? await staysInForce(from.api, pushed, options.signal) : [];
  const replay = await Replay.open(snapshotOf([...pushed, ...others]));
  const tally = new SimulationTally();
  const calls = 'api' in from ? tenantCalls(from.api, since, options.signal) : savedCalls(from.file);
  try {
    await replay.run(
      simulation.save === undefined ? calls : savedTo(simulation.save, calls),
      (call, outcome) => {
        tally.add(call, outcome);
        if (tally.calls % 1000 === 0) options.onProgress?.(tally.calls);
      },
      options.signal,
    );
  } finally {
    await replay.close();
  }
  return tally.report(others.map(({ name }) => name).sort());
}

function instant(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw usageError(
      `--since ${text} is no instant`,
      'write it like 2026-01-31T12:00:00Z, or as a day like 2026-01-31',
    );
  return new Date(time).toISOString();
}

async function* savedTo(path: string, calls: AsyncIterable<RecordedCall>): AsyncGenerator<RecordedCall> {
  let file: FileHandle;
  try {
    // What agents did is nobody else's business.
    file = await open(path, 'w', 0o600);
  } catch (cause) {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`${path} cannot be written: ${reason}`, 'name a file in a folder you may write to');
  }
  try {
    for await (const call of calls) {
      await file.write(`${JSON.stringify(call)}\n`);
      yield call;
    }
  } finally {
    await file.close();
  }
}
