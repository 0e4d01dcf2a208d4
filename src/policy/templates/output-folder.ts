import { createHash } from 'node:crypto';
import { readdir, readFile, realpath, rm, rmdir } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import * as z from 'zod/mini';
import { errorCode, ThothctlError } from '../../errors/index.js';
import { writeBelow } from '../pull/write-files.js';

/** Says which files of the folder are compiled, so that others are never touched. */
const LIST = 'thothctl.compiled.json';
const plainPath = z
  .string()
  .check(
    z.refine(
      (path) => path !== '' && posix.normalize(path) === path && !/^(?:\/|\.\.(?:\/|$))|\\/u.test(path),
    ),
  );
const listSchema = z.object({ version: z.literal(1), files: z.record(plainPath, z.string()) });

export interface FileChange {
  readonly file: string;
  readonly change: 'create' | 'replace' | 'delete';
}

/** What stands between a folder and what it should hold. `edited` are compiled files a person changed. */
export interface FolderState {
  readonly changes: readonly FileChange[];
  readonly edited: readonly string[];
}

/** Compares without writing. */
export async function compareFolder(
  folder: string,
  wanted: ReadonlyMap<string, string>,
): Promise<FolderState> {
  const listed = await readList(folder);
  const changes: FileChange[] = [];
  const edited: string[] = [];
  for (const file of [...new Set([...wanted.keys(), ...listed.keys()])].sort()) {
    const present = await readFile(join(folder, file), 'utf8').catch(absent);
    const text = wanted.get(file);
    if (present === text) continue;
    if (present !== undefined && listed.get(file) !== digest(present)) edited.push(file);
    changes.push({
      file,
      change: text === undefined ? 'delete' : present === undefined ? 'create' : 'replace',
    });
  }
  return { changes, edited };
}

/** Makes the folder hold the files, and no compiled file it held before. A second run changes nothing. */
export async function writeFolder(
  folder: string,
  wanted: ReadonlyMap<string, string>,
  changes: readonly FileChange[],
): Promise<void> {
  const files = Object.fromEntries([...wanted].map(([file, text]) => [file, digest(text)]));
  const list = `${JSON.stringify({ version: 1, files }, null, 2)}\n`;
  for (const { file } of changes) {
    const text = wanted.get(file);
    if (text === undefined) await remove(folder, file);
    else await writeBelow(folder, file, text);
  }
  // Last: a run that stopped in the middle is finished by the next one.
  if ((await readFile(join(folder, LIST), 'utf8').catch(absent)) !== list)
    await writeBelow(folder, LIST, list);
}

async function remove(folder: string, file: string): Promise<void> {
  const parent = join(folder, dirname(file));
  // A link on the way could lead out of the folder.
  if ((await realpath(parent)) !== join(await realpath(folder), dirname(file))) return;
  await rm(join(folder, file), { force: true });
  if (parent !== folder && (await readdir(parent)).length === 0) await rmdir(parent);
}

async function readList(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(folder, LIST), 'utf8').catch(absent);
  if (text === undefined) return new Map();
  const read = listSchema.safeParse(parsed(text));
  if (read.success) return new Map(Object.entries(read.data.files));
  throw new ThothctlError({
    code: 'compiled_list_damaged',
    message: `${join(folder, LIST)} is not what a compilation writes`,
    exit: 'usage',
    fix: 'compile into an empty folder',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function absent(cause: unknown): undefined {
  const code = errorCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw cause;
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
