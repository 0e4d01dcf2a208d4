import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contextPaths, type Env } from '../../context/paths.js';
import { replaceFile } from '../../output/index.js';
import type { RemoteServer } from './remote.js';

// The entry of a server reached by URL cannot be read back from the launch that takes its place, and its headers may not stand
// in arguments, which other processes see. Both are kept in a private folder, one for each entry of each file.

/** Folder of one entry; `place` names it within its file. */
export function keptFolder(env: Env, path: string, place: string): string {
  const name = createHash('sha256').update(`${path}\0${place}`).digest('hex').slice(0, 12);
  return join(dirname(contextPaths(env).contextsFile), 'mcp-remote', name);
}

/** Arguments of `run` that lead to the server; a URL with a query may hold a key, and stands in a file as headers do. */
export function remoteArguments(folder: string, { url, headers }: RemoteServer): string[] {
  return [
    '--mcp-http',
    url.includes('?') ? `file:${join(folder, 'url')}` : url,
    ...Object.keys(headers).flatMap((name, index) => [
      '--header',
      `${name}=file:${headerFile(folder, index)}`,
    ]),
  ];
}

/** Keeps the original text of an entry, and what its launch refers to. */
export async function keepEntry(folder: string, text: string, { url, headers }: RemoteServer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(join(folder, 'entry'), text, 0o600);
  if (url.includes('?')) await replaceFile(join(folder, 'url'), `${url}\n`, 0o600);
  for (const [index, value] of Object.values(headers).entries())
    await replaceFile(headerFile(folder, index), `${value}\n`, 0o600);
}

/** Undefined when it was not kept here. */
export function keptEntry(folder: string): Promise<string | undefined> {
  return readFile(join(folder, 'entry'), 'utf8').catch(() => undefined);
}

export async function dropEntry(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function headerFile(folder: string, index: number): string {
  return join(folder, `header-${index + 1}`);
}
