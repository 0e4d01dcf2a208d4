import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Hash of everything the build reads, to tell whether `dist` is stale. */
export async function sourceHash(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['src', 'scripts/build', 'bin']) {
    const files = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    for (const path of paths.sort())
      hash
        .update(path.slice(root.length))
        .update('\0')
        .update(await readFile(path));
  }
  for (const file of ['package.json', 'package-lock.json']) hash.update(await readFile(join(root, file)));
  return hash.update(process.version).digest('hex');
}
