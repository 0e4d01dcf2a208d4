import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { ThothctlError } from '../../errors/index.js';
import { replaceFile } from '../../output/index.js';

// The name of a backup carries the digest of the wrapped file it belongs to. Whoever finds the wrapped bytes unchanged
// may put the original back to the byte; after any other edit the two no longer belong together.

const PRIVATE_MODE = 0o600;

function backupOf(path: string, wrappedText: string): string {
  const digest = createHash('sha256').update(wrappedText).digest('hex').slice(0, 12);
  return `${path}.before-thothctl-${digest}`;
}

/** The original bytes of a file whose wrapped form is untouched. */
export async function originalOf(path: string, wrappedText: string): Promise<string | undefined> {
  return readFile(backupOf(path, wrappedText), 'utf8').catch(() => undefined);
}

/**
 * Replaces the file and keeps `original` beside it. The backup is written first: a kill between the two leaves the old
 * file and one backup too many. @throws ThothctlError `mcp_config_changed`; then nothing was written
 */
export async function replaceWithBackup(
  path: string,
  before: string,
  after: string,
  original: string,
): Promise<string> {
  await expectUnchanged(path, before);
  const backup = backupOf(path, after);
  // Headers that the wrapped file no longer holds still stand in it.
  await replaceFile(backup, original, PRIVATE_MODE);
  await replaceFile(path, after);
  if (backup !== backupOf(path, before)) await rm(backupOf(path, before), { force: true });
  return backup;
}

/** Puts the file back and removes the backup it came from. @throws ThothctlError `mcp_config_changed` */
export async function restore(path: string, wrappedText: string, original: string): Promise<void> {
  await expectUnchanged(path, wrappedText);
  await replaceFile(path, original);
  await rm(backupOf(path, wrappedText), { force: true });
}

/** Clients write these files themselves, also while somebody is asked to confirm. */
async function expectUnchanged(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  throw new ThothctlError({
    code: 'mcp_config_changed',
    message: `${path} was changed by another program meanwhile; it was left as it is now.`,
    exit: 'conflict',
    fix: 'Run the command again.',
  });
}
