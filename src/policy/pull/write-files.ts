import { lstat, mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { usageError } from '../../errors/index.js';
import { writeInPlace } from '../write-in-place.js';

/** Writes a file below a directory. A link on the way could lead out of it and is refused. */
export async function writeBelow(root: string, file: string, text: string): Promise<void> {
  await mkdir(root, { recursive: true });
  let folder = root;
  for (const segment of posix.dirname(file).split('/')) {
    if (segment === '.') continue;
    folder = join(folder, segment);
    await mkdir(folder).catch(() => undefined);
    const found = await lstat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true)
      throw usageError(`${folder} is not a folder that can be written to`, 'replace it by a folder');
  }
  await writeInPlace(join(root, file), text);
}
