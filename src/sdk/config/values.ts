import { ThothConfigError } from '../errors.js';
import type { ThothLogger } from '../logger.js';
import { EnforcementMode } from '../vocabulary.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** First value that is neither undefined nor an empty string. */
export function firstPresent(...values: readonly (string | undefined | null)[]): string | undefined {
  for (const value of values) {
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return undefined;
}

const TRUE_WORDS = new Set(['1', 'true', 'yes', 'on']);
const FALSE_WORDS = new Set(['0', 'false', 'no', 'off']);

/** Reads a boolean variable; a word it does not know is ignored with a warning. */
export function booleanVariable(env: Environment, name: string, logger: ThothLogger): boolean | undefined {
  const word = firstPresent(env[name])?.toLowerCase();
  if (word === undefined) return undefined;
  if (TRUE_WORDS.has(word)) return true;
  if (FALSE_WORDS.has(word)) return false;
  logger.warn(`${name} is neither true nor false and is ignored`);
  return undefined;
}

export function commaList(text: string | undefined): string[] | undefined {
  const entries = text
    ?.split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries === undefined || entries.length === 0 ? undefined : entries;
}

/** Longest delay a timer takes; a longer one would fire at once. About 24.8 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** A positive number, at most what a timer can take. */
export function positive(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw new ThothConfigError(`${name} must be a positive number`);
  }
  return Math.min(value, MAX_TIMER_MS);
}

/** A positive whole number: a count of something. */
export function positiveCount(name: string, value: number | undefined, fallback: number): number {
  return Math.ceil(positive(name, value, fallback));
}

const MODES: ReadonlySet<string> = new Set(Object.values(EnforcementMode));

export function enforcementMode(word: string | undefined, logger: ThothLogger): EnforcementMode {
  const mode = word?.trim().toLowerCase() ?? 'block';
  if (mode === 'shadow') {
    logger.warn('enforcement mode "shadow" is read as "observe"');
    return 'observe';
  }
  if (isMode(mode)) return mode;
  throw new ThothConfigError(
    `unknown enforcement mode '${mode}'; use observe, step_up, block or progressive`,
  );
}

function isMode(word: string): word is EnforcementMode {
  return MODES.has(word);
}

/** Checks the base URL and strips every trailing slash. */
export function baseUrl(text: string, logger: ThothLogger): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new ThothConfigError('apiUrl is not a URL');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ThothConfigError('apiUrl must start with http:// or https://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ThothConfigError('apiUrl must not hold a user, a password, a query or a fragment');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    logger.warn(`apiUrl sends keys and arguments in the clear to ${url.hostname}; use https`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
