import { escapeJson } from './sanitise.js';

/** One document, indented. */
export function renderJson(data: unknown): string {
  return `${escapeJson(JSON.stringify(data ?? null, undefined, 2))}\n`;
}

/** One document on one line, for streams. */
export function renderJsonLine(data: unknown): string {
  return `${escapeJson(JSON.stringify(data ?? null))}\n`;
}
