import { readFile } from 'node:fs/promises';
import { errorCode, parseJson, usageError } from '../../errors/index.js';
import { isJsonObject } from '../../json/object.js';

/** Reads the JSON object of a configuration file. Its values are secrets: no error shows the text. */
export async function readMdmConfig(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`the MDM configuration ${path} cannot be read: ${reason}`, 'give a readable JSON file');
  });
  const parsed = parseJson(text, path, 'the file must hold one JSON object');
  if (!isJsonObject(parsed)) {
    throw usageError(
      `${path}: the MDM configuration must be a JSON object`,
      'for Jamf: {"base_url": …, "client_id": …, "client_secret": …}',
    );
  }
  return Object.fromEntries(Object.entries(parsed));
}
