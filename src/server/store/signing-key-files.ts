import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ThothctlError } from '../../errors/index.js';

/** Private keys lie outside the database, so that a copy of the database alone can verify but never sign. */
function privateKeyFile(keysFolder: string, keyId: string): string {
  return join(keysFolder, `${keyId}.pem`);
}

/** Durable before it returns: a key must outlive every record it signs. Mode 0600. */
export async function writePrivateKey(keysFolder: string, keyId: string, pem: string): Promise<void> {
  const file = privateKeyFile(keysFolder, keyId);
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(pem);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(dirname(file));
}

export async function readPrivateKey(keysFolder: string, keyId: string): Promise<string> {
  const file = privateKeyFile(keysFolder, keyId);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ThothctlError({
      code: 'signing_key_missing',
      message: `the signing key ${file} cannot be read; new evidence could not be signed`,
      exit: 'unexpected',
      fix: 'put the file back, or restore the data directory from a backup',
      cause,
    });
  }
}

/** A rename is durable only once its folder is. Windows cannot open folders and needs no such step. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
