import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import { ThothctlError } from '../../errors/index.js';

const DEPTH_LIMIT = 64;
const RESERVED = new Set(['__entity', '__extn', '__expr']);

/**
 * JSON of a caller as a Cedar value: whole numbers are Long, others decimal (four places) when they fit and
 * text otherwise, `null` members are absent. Keys Cedar reserves are renamed, or a caller could forge an
 * entity or an extension value through its arguments.
 */
export function toCedarValue(value: unknown, depth = 0): CedarValueJson {
  if (depth > DEPTH_LIMIT)
    throw new ThothctlError({
      code: 'policy_input_too_deep',
      message: `the arguments are nested deeper than ${DEPTH_LIMIT} levels`,
      exit: 'usage',
    });
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return numberValue(value);
  if (Array.isArray(value))
    return value
      .filter((each) => each !== null && each !== undefined)
      .map((each) => toCedarValue(each, depth + 1));
  if (typeof value !== 'object' || value === null) return '';
  const members: Record<string, CedarValueJson> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === null || member === undefined) continue;
    Object.defineProperty(members, RESERVED.has(key) ? `escaped:${key}` : key, {
      value: toCedarValue(member, depth + 1),
      enumerable: true,
    });
  }
  return members;
}

function numberValue(value: number): CedarValueJson {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? 0 : value;
  return Math.abs(value) < 9e14 && Number.isFinite(value) && Number(value.toFixed(4)) === value
    ? cedarDecimal(value)
    : String(value);
}

/** Cedar decimals have one to four places. */
export function cedarDecimal(value: number): CedarValueJson {
  const text = value.toFixed(4).replace(/(\.\d*?)0+$/, '$1');
  return { __extn: { fn: 'decimal', arg: text.endsWith('.') ? `${text}0` : text } };
}
