import { jsonFault } from './json-fault.js';
import { usageError } from './thothctl-error.js';

/** The value of a JSON text from a file or flag. @throws ThothctlError that tells where in the place it stops being JSON. */
export function parseJson(text: string, place: string, fix: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column } = jsonFault(text);
    throw usageError(`${place}:${line}:${column}: not valid JSON`, fix);
  }
}
