import { cp, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Files that are read at run time from the folder of the code, under the same path as in `src`. */
const ASSET = /\.(?:wasm|wasm\.br|wasm\.gz|br|cedarschema|rego|cedar|sql|pem|mjs)$/u;

export async function copyAssets(src: string, dist: string): Promise<string[]> {
  const files = await readdir(src, { recursive: true, withFileTypes: true });
  const assets = files
    .filter((file) => file.isFile() && ASSET.test(file.name))
    .map((file) => join(file.parentPath, file.name));
  for (const asset of assets) await cp(asset, join(dist, relative(src, asset)), { preserveTimestamps: true });
  return assets;
}
