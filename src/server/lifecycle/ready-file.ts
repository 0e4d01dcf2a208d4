import { access, constants, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ThothctlError } from '../../errors/index.js';
import { readIfPresent, replaceFile } from './owner-only-file.js';

/** Tells a script that the server answers, and where. */
export interface ReadyFacts {
  readonly url: string;
  readonly tenant_id: string;
  readonly admin_token_file: string;
  readonly pid: number;
}

/** Refuses an unusable path before the server listens: a script waiting for the file would wait for ever. */
export async function checkReadyFile(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  if (path === '' || path.includes('\0')) throw unusable(path, 'it is not a file name');
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw unusable(path, 'it is a directory');
  try {
    if (!(await stat(folder)).isDirectory()) throw unusable(path, `${folder} is not a directory`);
    await access(folder, constants.W_OK);
  } catch (cause) {
    if (cause instanceof ThothctlError) throw cause;
    throw unusable(path, `the directory ${folder} does not exist or is not writable`, cause);
  }
  // One left by a server that was killed must not announce this one too early.
  await rm(path, { force: true });
}

export async function writeReadyFile(path: string, facts: ReadyFacts): Promise<void> {
  try {
    await replaceFile(path, `${JSON.stringify(facts, null, 2)}\n`);
  } catch (cause) {
    throw unusable(path, 'it cannot be written', cause);
  }
}

/** Removes the file at the end, unless another server has written its own there meanwhile. */
export async function removeReadyFile(path: string, pid: number): Promise<void> {
  const content = await readIfPresent(path).catch(() => undefined);
  if (content?.includes(`"pid": ${pid}`)) await rm(path, { force: true });
}

function unusable(path: string, why: string, cause?: unknown): ThothctlError {
  return new ThothctlError({
    code: 'ready_file_unusable',
    message: `the ready file ${JSON.stringify(path)} cannot be used: ${why}`,
    exit: 'usage',
    fix: 'give --ready-file a file name in an existing, writable directory',
    cause,
  });
}
