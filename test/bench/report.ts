import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** One line of the table; `limit` is the promise it is held against, in the same unit. */
export interface Figure {
  readonly section: string;
  readonly name: string;
  readonly value: number;
  readonly unit: 'x' | 'ms' | '/s' | 'MiB' | 'count';
  readonly limit?: { readonly atMost?: number; readonly atLeast?: number };
  readonly note?: string;
}

export function print(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => [
    figure.section,
    figure.name,
    show(figure.value, figure.unit),
    promise(figure),
    kept(figure) ? 'ok' : 'MISSED',
    figure.note ?? '',
  ]);
  const head = ['section', 'case', 'measured', 'promise', '', 'note'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

export function save(figures: readonly Figure[]): void {
  mkdirSync('.bench', { recursive: true });
  const machine = {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cores: cpus().length,
  };
  writeFileSync('.bench/results.json', `${JSON.stringify({ machine, figures }, null, 2)}\n`);
}

export function kept({ value, limit }: Figure): boolean {
  return (
    (limit?.atMost === undefined || value <= limit.atMost) &&
    (limit?.atLeast === undefined || value >= limit.atLeast)
  );
}

function promise({ limit, unit }: Figure): string {
  if (limit?.atMost !== undefined) return `<= ${show(limit.atMost, unit)}`;
  if (limit?.atLeast !== undefined) return `>= ${show(limit.atLeast, unit)}`;
  return '';
}

function show(value: number, unit: Figure['unit']): string {
  switch (unit) {
    case 'x':
      return `${value.toFixed(2)}x`;
    case 'ms':
      return `${value.toFixed(value < 10 ? 3 : 1)} ms`;
    case '/s':
      return `${Math.round(value).toLocaleString('en')}/s`;
    case 'MiB':
      return `${Math.round(value)} MiB`;
    case 'count':
      return String(value);
  }
}
