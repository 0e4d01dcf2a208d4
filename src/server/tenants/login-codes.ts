import { randomInt } from 'node:crypto';
import { credentialHash } from './credential-directory.js';

/** Without vowels and look-alikes: codes are read aloud and typed. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ23456789';
const GROUPS = 4;
const GROUP_LETTERS = 4;

export const DEFAULT_CODE_SECONDS = 600;
export const SESSION_HOURS = 12;

/** A code such as `K7QF-2MZR-…`: sixteen letters, 76 bits, far beyond guessing within its life of minutes. */
export function newLoginCode(): string {
  return Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  ).join('-');
}

/** Only the hash is kept. Case and separators do not count, since people type codes. */
export function loginCodeHash(code: string): string {
  return credentialHash(`login-code:${code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`);
}
