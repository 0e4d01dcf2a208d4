import { join } from 'node:path';
import { usageError } from '../../errors/index.js';
import { stateFolder } from '../state-folder.js';

/** File of a named position: state, not configuration, so it may be lost without harm. */
export function cursorPlace(
  tenantId: string,
  source: string,
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw usageError(
      `--resume ${JSON.stringify(name)} cannot be a file name`,
      'use letters, digits, dot, dash and underscore',
    );
  }
  return join(stateFolder(env), 'cursors', tenantId, `${source}.${name}.json`);
}
