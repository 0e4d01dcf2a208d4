import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { soak, startFastEnforcer } from '../sdk/faults/soak.js';
import type { Figure } from './report.js';
import { timeProcesses } from './timing.js';

const SDK = new URL('../../dist/lib/esm/sdk/index.js', import.meta.url).href;
const SOAK_CALLS = 100_000;
/** What an event post takes at an ingest endpoint in the same region. */
const INGEST_MS = 5;

interface Rates {
  readonly ratio: number;
  readonly ours: number;
  readonly awaited: number;
}

interface Calls {
  readonly bare: number;
  readonly governed: number;
  readonly silent: number;
  readonly instant: Rates;
  readonly slow: Rates;
}

/** What the embedded SDK of the built package adds to a call, to a process and to memory. */
export async function sdk(): Promise<Figure[]> {
  const section = 'sdk';
  const calls = await measureCalls();
  const { before, after, ...soaked } = await soak(SDK, SOAK_CALLS);
  const node = process.execPath;
  const [, imported] = await timeProcesses(
    [
      { name: 'node -e 0', argv: [node, '-e', '0'] },
      { name: 'import', argv: [node, '--input-type=module', '-e', `await import(${JSON.stringify(SDK)})`] },
    ],
    30,
  );
  const rates = ({ ours, awaited }: Rates): string =>
    `${Math.round(ours)}/s against ${Math.round(awaited)}/s`;
  return [
    { section, name: 'bare keep-alive POST /v1/enforce, median', value: calls.bare, unit: 'ms' },
    {
      section,
      name: 'added by a governed call, median',
      value: calls.governed - calls.bare,
      unit: 'ms',
      limit: { atMost: 0.15 },
      note: `${(calls.governed / calls.bare).toFixed(2)} of bare`,
    },
    {
      section,
      name: 'added with an ingest endpoint that never answers',
      value: calls.silent - calls.bare,
      unit: 'ms',
      limit: { atMost: 5 },
    },
    {
      section,
      name: `governed calls against a loop that awaits its events, ingest ${INGEST_MS} ms`,
      value: calls.slow.ratio,
      unit: 'x',
      limit: { atLeast: 5 },
      note: rates(calls.slow),
    },
    {
      section,
      name: 'the same, ingest answers at once',
      value: calls.instant.ratio,
      unit: 'x',
      note: rates(calls.instant),
    },
    {
      section,
      name: 'import of the SDK, whole process',
      value: imported?.ratio ?? Number.NaN,
      unit: 'x',
      note: `${imported?.medianMs.toFixed(1)} ms`,
    },
    {
      section,
      name: `soak of ${SOAK_CALLS} calls, 64 in flight`,
      value: soaked.ran / soaked.seconds,
      unit: '/s',
      note: `${soaked.seconds.toFixed(1)} s`,
    },
    {
      section,
      name: 'left by the soak: KiB of heap',
      value: Math.max(0, Math.round((after.heapMiB - before.heapMiB) * 1024)),
      unit: 'count',
      limit: { atMost: 3072 },
    },
    {
      section,
      name: 'left by the soak: listeners, sockets, timers, rejections',
      value:
        after.listeners -
        before.listeners +
        Math.max(0, after.sockets - before.sockets - 2) +
        Math.max(0, after.timers - before.timers) +
        soaked.unhandled,
      unit: 'count',
      limit: { atMost: 0 },
    },
  ];
}

async function measureCalls(): Promise<Calls> {
  const [answering, silent, slow] = await Promise.all([
    startFastEnforcer(),
    startFastEnforcer({ INGEST: 'never' }),
    startFastEnforcer({ INGEST: String(INGEST_MS) }),
  ]);
  try {
    const script = new URL('sdk-calls.mjs', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [script], {
      env: {
        PATH: process.env['PATH'] ?? '',
        SDK,
        ANSWERING: answering.url,
        SILENT: silent.url,
        SLOW: slow.url,
      },
    });
    return JSON.parse(stdout) as Calls;
  } finally {
    for (const each of [answering, silent, slow]) each.stop();
  }
}
