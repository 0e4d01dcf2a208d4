import { spawn } from 'node:child_process';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export interface ProcessCase {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
}

export interface ProcessFigure {
  readonly name: string;
  readonly medianMs: number;
  /** Median of the per-round ratios against the first case, so that drift of the machine cancels. */
  readonly ratio: number;
}

/** Whole-process times, round-robin, order reversed every second round; the first case is the yardstick. */
export async function timeProcesses(cases: readonly ProcessCase[], rounds: number): Promise<ProcessFigure[]> {
  const times = cases.map((): number[] => []);
  for (let round = -2; round < rounds; round++) {
    const order = cases.map((_, index) => index);
    if (round % 2 !== 0) order.reverse();
    for (const index of order) {
      const one = cases[index];
      if (!one) continue;
      const elapsed = await timeProcess(one);
      if (round >= 0) times[index]?.push(elapsed);
    }
  }
  const base = times[0] ?? [];
  return cases.map((one, index) => {
    const own = times[index] ?? [];
    return {
      name: one.name,
      medianMs: median(own),
      ratio: median(own.map((value, round) => value / (base[round] ?? Number.NaN))),
    };
  });
}

async function timeProcess(one: ProcessCase): Promise<number> {
  const [file, ...args] = one.argv;
  const started = process.hrtime.bigint();
  const code = await new Promise<number | null>((resolve, reject) => {
    spawn(file, args, { stdio: 'ignore', env: one.env ?? process.env })
      .once('error', reject)
      .once('exit', resolve);
  });
  const elapsed = Number(process.hrtime.bigint() - started) / 1e6;
  if (code !== 0) throw new Error(`${one.name} ended with ${code}`);
  return elapsed;
}
