import { join } from 'node:path';
import { stateFolder } from '../state-folder.js';

/** Where runs keep the tokens that their callers over HTTP show, one file for each server. */
export function listenTokensFolder(env?: Readonly<Record<string, string | undefined>>): string {
  return join(stateFolder(env), 'listen-tokens');
}
