import { readFileSync, statSync } from 'node:fs';
import { ThothConfigError } from '../errors.js';
import type { ThothLogger } from '../logger.js';
import { firstPresent, type Environment } from './values.js';

/** The API key: option, `THOTH_API_KEY`, then the file named by `THOTH_API_KEY_FILE`. */
export function resolveApiKey(
  option: string | undefined,
  env: Environment,
  logger: ThothLogger,
): string | undefined {
  const direct = firstPresent(option, env['THOTH_API_KEY']);
  const file = direct === undefined ? firstPresent(env['THOTH_API_KEY_FILE']) : undefined;
  const key = file === undefined ? direct : readKeyFile(file, logger);
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new ThothConfigError('the API key holds characters that cannot travel in a header');
  }
  return key;
}

function readKeyFile(file: string, logger: ThothLogger): string | undefined {
  let key: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      logger.warn('the file of THOTH_API_KEY_FILE is readable by others; set its mode to 0600');
    }
    key = readFileSync(file, 'utf8').trim();
  } catch {
    throw new ThothConfigError('the file of THOTH_API_KEY_FILE cannot be read');
  }
  return key === '' ? undefined : key;
}
