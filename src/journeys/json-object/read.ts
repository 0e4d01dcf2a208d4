import { readFile } from 'node:fs/promises';
import { errorCode, parseJson, usageError } from '../../errors/index.js';
import { isJsonObject } from '../../json/object.js';

type JsonObject = Record<string, unknown>;

/** Value of a flag family `--x` (inline JSON, or `@file`) and `--x-file`. @throws ThothctlError `usage` */
export async function jsonObject(
  flag: string,
  inline: string | undefined,
  file: string | undefined,
): Promise<JsonObject | undefined> {
  if (inline !== undefined && file !== undefined) {
    throw usageError(`--${flag} and --${flag}-file are both given`, 'give one of them');
  }
  const path = file ?? (inline?.startsWith('@') === true ? inline.slice(1) : undefined);
  if (path !== undefined) return jsonObjectFile(`--${flag}-file`, path);
  return inline === undefined ? undefined : parsed(inline, `--${flag}`);
}

/** The JSON object in a file. Errors name the place and show nothing of the text, which may hold secrets. */
export async function jsonObjectFile(flag: string, path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`${flag} ${path} cannot be read: ${reason}`, 'give a readable JSON file');
  });
  return parsed(text, path);
}

function parsed(text: string, place: string): JsonObject {
  const value = parseJson(text, place, 'give one JSON object, or @file');
  if (!isJsonObject(value)) {
    throw usageError(`${place} must be a JSON object`, 'write for example {"block_uploads": true}');
  }
  return Object.fromEntries(Object.entries(value));
}
