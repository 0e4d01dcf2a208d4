import type { ExitName } from '../errors/index.js';

/** The output port: what a command hands back and what every form (table, json, yaml, csv, ndjson) renders. */

/** A cell is rendered by its kind: ids are never truncated, times are relative on a terminal, ISO 8601 elsewhere. */
export type CellKind = 'text' | 'id' | 'time' | 'number' | 'state';

export interface Column {
  readonly key: string;
  readonly header: string;
  readonly kind?: CellKind;
  /** Left out where the terminal is too narrow for it, the last one first. Other forms always have it. */
  readonly spare?: true;
}

export type Row = Readonly<Record<string, unknown>>;

export type View =
  | {
      readonly kind: 'table';
      readonly columns: readonly Column[];
      readonly rows: readonly Row[];
      readonly empty?: string;
    }
  | {
      readonly kind: 'record';
      readonly fields: readonly { label: string; value: unknown; kind?: CellKind }[];
    }
  | { readonly kind: 'text'; readonly text: string }
  /** Lines marked `+`, `-`, `~` and `@@` in front, coloured where there is colour. */
  | { readonly kind: 'patch'; readonly text: string }
  /** Several views under headings; for csv and ndjson the result should give its rows itself. */
  | { readonly kind: 'sections'; readonly sections: readonly Section[] };

interface Section {
  /** Absent for what needs no heading. */
  readonly title?: string;
  readonly view: View;
}

/** What a command returns. `data` is the contract's own shape and is what `--json`, `--format` and `--query` see. */
export interface Result {
  readonly data: object;
  /** Human form. Without it a record view of `data` is shown. */
  readonly view?: View;
  /** Rows for csv and ndjson when they are not `view.rows`. */
  readonly rows?: readonly Row[];
  /** Forms of this command alone, by the word `--format` takes for them; made when asked for. */
  readonly forms?: Readonly<Record<string, () => string>>;
  /** Exit code other than 0 for a finished command, for example 3 for differences. */
  readonly exit?: ExitName;
}

/** Streaming verbs write one row at a time; the promise settles when the row has left the process (back-pressure). */
export interface RowStream {
  write(row: Row): Promise<void>;
}

export interface Output {
  result(result: Result): Promise<void>;
  stream(columns: readonly Column[]): RowStream;
  /** Notice on stderr; silent with `--quiet`. */
  notice(text: string): void;
  warn(text: string): void;
  progress(label: string): Progress;
}

/** Spinner or bar on stderr, shown only on a terminal and only after about 200 ms. */
export interface Progress {
  update(label: string, done?: number, total?: number): void;
  done(label?: string): void;
  fail(label?: string): void;
}
