import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import { isJsonObject } from '../../json-object.js';
import type { CedarRequest } from '../request.js';

/** Values that Cedar and JavaScript compare alike; numbers are whole. */
type Plain = string | number | boolean;

/** The value of an expression; undefined when it is absent or not understood. */
export type Value = (request: CedarRequest) => CedarValueJson | undefined;

const UNKNOWN: Value = () => undefined;

/** Literals, and what is reached from the context by names alone. */
export function valueOf(expression: unknown): Value {
  if (!isJsonObject(expression)) return UNKNOWN;
  const literal = literalOf(expression);
  if (literal !== undefined) return () => literal;
  if (expression['Var'] === 'context') return (request) => request.context;
  const access = expression['.'];
  if (!isJsonObject(access) || typeof access['attr'] !== 'string') return UNKNOWN;
  const { attr } = access;
  const record = valueOf(access['left']);
  return (request) => {
    const found: unknown = record(request);
    return isRecord(found) ? own(found, attr) : undefined;
  };
}

function literalOf(expression: unknown): Plain | undefined {
  const value = isJsonObject(expression) ? expression['Value'] : undefined;
  return isPlain(value) ? value : undefined;
}

/** A list of literals. */
export function literalsOf(expression: unknown): readonly Plain[] | undefined {
  const members = isJsonObject(expression) ? expression['Set'] : undefined;
  if (!Array.isArray(members)) return undefined;
  const found = members.map(literalOf);
  return found.every((each) => each !== undefined) ? found : undefined;
}

/** Decimals are an extension of Cedar's, and whole numbers past these are not exact here. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

function own(record: Readonly<Record<string, CedarValueJson>>, name: string): CedarValueJson | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A record, as against an entity or a value of an extension, which Cedar writes as objects too. */
export function isRecord(value: unknown): value is Readonly<Record<string, CedarValueJson>> {
  return isJsonObject(value) && !('__extn' in value) && !('__entity' in value) && !('__expr' in value);
}
