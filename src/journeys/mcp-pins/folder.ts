import { join } from 'node:path';
import { stateFolder } from '../state-folder.js';

/** Where runs keep the tool definitions they pinned, one file for each server. */
export function pinsFolder(env?: Readonly<Record<string, string | undefined>>): string {
  return join(stateFolder(env), 'mcp-pins');
}
