import { ThothConfigError } from '../errors.js';
import { isJsonObject, type JsonObject } from '../vocabulary.js';

/**
 * A copy that is certain to serialise with every check: an option that does not is an error at the start, not
 * at the first governed call, and later changes by the caller cannot break one.
 */
export function jsonCopy(name: string, value: JsonObject | undefined): JsonObject | undefined {
  if (value === undefined) return undefined;
  try {
    const copy: unknown = JSON.parse(JSON.stringify(value));
    if (isJsonObject(copy)) return copy;
  } catch {
    // Told below: a cycle, a BigInt or a getter that throws.
  }
  throw new ThothConfigError(`${name} must be an object that can be written as JSON`);
}
