import { readFile } from 'node:fs/promises';
import { errorCode, jsonFault, usageError } from '../../errors/index.js';

/** Reads the JSON object of a configuration file. Its values are secrets: no error shows the text. */
export async function readMdmConfig(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`the MDM configuration ${path} cannot be read: ${reason}`, 'give a readable JSON file');
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const { line, column } = jsonFault(text);
    throw usageError(`${path}:${line}:${column}: not valid JSON`, 'the file must hold one JSON object');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw usageError(
      `${path}: the MDM configuration must be a JSON object`,
      'for Jamf: {"base_url": …, "client_id": …, "client_secret": …}',
    );
  }
  return Object.fromEntries(Object.entries(parsed));
}
