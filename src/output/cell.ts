import type { CellKind } from './port.js';
import { cleanLine } from './sanitise.js';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

function instant(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  // Seconds and milliseconds since the epoch both occur on the wire; 1e11 s is the year 5138.
  if (typeof value === 'number') return new Date(value < 1e11 ? value * 1000 : value);
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/u.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** `3 min ago`, `in 2 h`; from 30 days on the calendar date. */
export function relativeTime(date: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - date.getTime()) / 1000);
  const distance = Math.abs(seconds);
  if (distance >= 30 * 86_400) return date.toISOString().slice(0, 10);
  const unit = UNITS.find(([, size]) => distance >= size);
  const span = unit ? `${Math.floor(distance / unit[1])} ${unit[0]}` : `${distance} s`;
  return seconds >= 0 ? `${span} ago` : `in ${span}`;
}

/** A mean of 42.77777777777778 is 42.78 to a reader; the other forms have every digit. */
function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return String(Number(Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(4)));
}

/** Text of one value. `now` is given on a terminal and makes times relative; without it they are ISO 8601 in UTC. */
export function cellText(value: unknown, kind: CellKind | undefined, now: Date | undefined): string {
  if (value === undefined || value === null || value === '') return '';
  if (kind === 'time') {
    const date = instant(value);
    if (date !== undefined && !Number.isNaN(date.getTime()))
      return now === undefined ? date.toISOString() : relativeTime(date, now);
  }
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null))
    return cleanLine(value.join(', '));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number') return numberText(value);
  return cleanLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
