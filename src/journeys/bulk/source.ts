import type { Place, RowFault } from './place.js';

export const INPUT_FORMATS = ['csv', 'json', 'ndjson', 'yaml'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** How the text of a CSV cell becomes a value; the other formats have types of their own. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'list';
/** Members a row may have, as the contract names them. */
export type Fields = Readonly<Record<string, FieldKind>>;

/** Members of one row, before they are held against the contract. */
export type SourceRow = Readonly<Record<string, unknown>>;

/** Where a member of a row stands; without one, or for one that is missing, where the row begins. */
export type Locate = (row: number, member?: string) => Place;

export interface Source {
  readonly rows: readonly SourceRow[];
  readonly faults: readonly RowFault[];
  /** Looked up only when something is wrong, because it can mean reading the input a second time. */
  readonly locator: () => Promise<Locate>;
  /** A whole input of the same format with nothing but these rows, each as it was. */
  readonly text: (rows: readonly number[]) => string;
}
