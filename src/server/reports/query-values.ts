import { HttpError } from '../http/port.js';

type Query = Readonly<Record<string, string>>;

/** Beyond any queue, yet page times size is still a whole number to the database. */
export const MOST_PAGES = 2 ** 26;

/** SQLite takes an offset only together with a limit. */
export const EVERY_ROW = Number.MAX_SAFE_INTEGER;

interface Bounds {
  readonly min: number;
  readonly max?: number;
}

function invalid(name: string, problem: string): HttpError {
  return new HttpError(400, 'invalid_request', `${name} ${problem}`, { field: name });
}

/** A whole number of the query; undefined when it was not sent. Above the maximum it is lowered, below the minimum refused. */
export function wholeNumber(query: Query, name: string, bounds: Bounds): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value) || value < bounds.min) {
    throw invalid(name, `must be a whole number of at least ${bounds.min}`);
  }
  return bounds.max === undefined ? value : Math.min(value, bounds.max);
}

/** An instant of the query in milliseconds since the epoch. */
export function instant(query: Query, name: string): number | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalid(name, 'must be an RFC 3339 time');
  return time;
}

export function oneOf<T extends string>(query: Query, name: string, words: readonly T[]): T | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word === undefined) throw invalid(name, `must be one of ${words.join(', ')}`);
  return word;
}
