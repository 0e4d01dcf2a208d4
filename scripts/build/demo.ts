import { readFile, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

const ENTRY = '@modelcontextprotocol/server-filesystem/dist/index.js';

/**
 * The official MCP file-system server in one file, for `quickstart`: an installed package then needs no network and no
 * hundred further packages to tell its story. The licences of what went in stand beside it.
 */
export async function bundleDemoServer(root: string, dist: string): Promise<void> {
  const result = await build({
    entryPoints: [createRequire(import.meta.url).resolve(ENTRY)],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    minify: true,
    metafile: true,
    outfile: join(dist, 'mcp-filesystem.mjs'),
    logLevel: 'error',
    legalComments: 'none',
    banner: {
      js: [
        '// The MCP file-system server and its dependencies, unchanged; licences in mcp-filesystem.licenses.txt.',
        "import { createRequire as demoRequire } from 'node:module';",
        'const require = demoRequire(import.meta.url);',
      ].join('\n'),
    },
  });
  const notices = await Promise.all(
    bundledPackages(result.metafile).map((folder) => licenceOf(root, folder)),
  );
  await writeFile(join(dist, 'mcp-filesystem.licenses.txt'), notices.join('\n'));
}

/** Folders of the packages that contributed code, relative to the repository. */
function bundledPackages(metafile: Metafile): string[] {
  const folders = Object.keys(metafile.inputs).map(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))].toSorted();
}

async function licenceOf(root: string, folder: string): Promise<string> {
  const files = await readdir(join(root, folder));
  const licence = files.find((name) => /^licen[cs]e(?:\.|$)/i.test(name));
  const text =
    licence === undefined
      ? 'No licence file; see its package.json.\n'
      : await readFile(join(root, folder, licence), 'utf8');
  return `==== ${folder.replace(/^.*node_modules\//, '')} ====\n${text}`;
}
