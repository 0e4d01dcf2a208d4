import { chmod, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from '../../output/index.js';

/** Writes a session for the tools that read such files: directory 0700 when it is new, file 0600. */
export async function writeTokenFile(path: string, token: string): Promise<string> {
  const file = resolve(path);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // An existing file keeps its mode when it is replaced, so it is closed to others before the token goes in.
  await chmod(file, 0o600).catch(() => undefined);
  await replaceFile(file, `${token}\n`, 0o600);
  return file;
}
