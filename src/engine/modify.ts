import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from './types.js';

/**
 * True when rewritten arguments mirror those of the call, so that every SDK can apply them: positional calls
 * (`args`, or `arg0` to `argN`) keep their form and count; an object call is answered by a non-empty object
 * that does not look positional. Source: the SDKs' mapping rules for MODIFY.
 */
export function mirrors(original: JsonObject | undefined, modified: JsonObject | undefined): boolean {
  if (original === undefined || modified === undefined || Object.keys(modified).length === 0) return false;
  if (Array.isArray(original['args'])) {
    const replaced = modified['args'];
    return Array.isArray(replaced) && replaced.length === original['args'].length;
  }
  const positional = Object.keys(original).filter(isPositional);
  if (positional.length > 0)
    return isDeepStrictEqual(Object.keys(modified).sort(), Object.keys(original).sort());
  return !Array.isArray(modified['args']) && !Object.keys(modified).some(isPositional);
}

function isPositional(key: string): boolean {
  return /^arg\d+$/.test(key);
}
