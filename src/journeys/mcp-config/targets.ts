import { isUtf8 } from 'node:buffer';
import { lstat, readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Env } from '../../context/paths.js';
import { errorCode, ThothctlError, usageError } from '../../errors/index.js';
import { anyClient, CLIENTS, type ClientId, type McpClient, type Place } from './clients.js';
import type { ConfigDocument } from './document.js';

/** One configuration file with its content. */
export interface Target {
  /** As found, links resolved: replacing a link would leave the real file as it was. */
  readonly path: string;
  readonly client: ClientId | 'file';
  /** The folder whose project file it is; its client starts servers there. */
  readonly project: string | undefined;
  readonly text: string;
  readonly document: ConfigDocument;
}

export interface Selection {
  readonly files: readonly string[];
  readonly clients: readonly ClientId[];
  /** Project folder whose files count besides the user's. */
  readonly project: string | undefined;
  readonly env: Env;
}

const LARGEST_BYTES = 16 * 1024 * 1024;

/**
 * Reads every selected file, and of named clients those that have one; without a selection, of every known client.
 * All are read before anything is changed. @throws ThothctlError `mcp_config_invalid`, `no_mcp_config`, `file_unreadable`
 */
export async function readTargets(selection: Selection): Promise<Target[]> {
  const place: Place = {
    home: selection.env['HOME'] ?? selection.env['USERPROFILE'] ?? homedir(),
    env: selection.env,
    platform: process.platform,
  };
  const everywhere = selection.files.length === 0 && selection.clients.length === 0;
  const clients = CLIENTS.filter(({ id }) => everywhere || selection.clients.includes(id));
  const named = selection.files.map((file) => ({
    path: resolve(file),
    client: 'file' as const,
    project: undefined,
    open: anyClient(file),
  }));
  const known = clients.flatMap((client) => filesOf(client, place, selection.project));
  const targets: Target[] = [];
  for (const { path, client, project, open } of [...named, ...known]) {
    const text = await contentOf(path, client !== 'file');
    if (text === undefined) continue;
    const real = await realpath(path);
    if (targets.some((target) => target.path === real)) continue;
    targets.push({ path: real, client, project, text, document: await open(path, text) });
  }
  if (targets.length === 0)
    throw new ThothctlError({
      code: 'no_mcp_config',
      message: `None of these has a configuration here: ${clients.map(({ title }) => title).join(', ')}.`,
      exit: 'notFound',
      fix: 'Name a file, or a project with --project.',
    });
  return targets;
}

function filesOf({ id, open, userFiles, projectFile }: McpClient, place: Place, folder: string | undefined) {
  const known = { client: id, open };
  const users = userFiles(place).map((path) => ({ ...known, path, project: undefined }));
  if (folder === undefined || projectFile === undefined) return users;
  const project = resolve(folder);
  return [...users, { ...known, path: join(project, projectFile), project }];
}

async function contentOf(path: string, mayBeMissing: boolean): Promise<string | undefined> {
  try {
    const { size } = await lstat(path);
    if (size > LARGEST_BYTES)
      throw usageError(`${path} is too large for a configuration`, 'name another file');
    const bytes = await readFile(path);
    // As text it would come back with other bytes, in its backup too.
    if (!isUtf8(bytes)) throw usageError(`${path} is not UTF-8`, 'save it as UTF-8; nothing was changed');
    return bytes.toString('utf8');
  } catch (cause) {
    if (cause instanceof ThothctlError) throw cause;
    const errno = errorCode(cause) ?? 'unknown error';
    if (mayBeMissing && (errno === 'ENOENT' || errno === 'ENOTDIR')) return undefined;
    throw new ThothctlError({
      code: 'file_unreadable',
      message: `Cannot read ${path} (${errno}).`,
      exit: 'usage',
      fix: 'Check its name and its permissions.',
      cause,
    });
  }
}
