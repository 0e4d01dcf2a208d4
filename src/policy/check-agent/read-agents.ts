import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { usageError } from '../../errors/index.js';
import { findConfigTools } from './config-tools.js';
import { Findings } from './found.js';
import { findPythonTools } from './python-tools.js';
import { findScriptTools } from './script-tools.js';

type Finder = (source: string, found: Findings) => void;

const FINDERS: Readonly<Record<string, Finder>> = {
  '.py': findPythonTools,
  '.ts': findScriptTools,
  '.mts': findScriptTools,
  '.cts': findScriptTools,
  '.tsx': findScriptTools,
  '.js': findScriptTools,
  '.mjs': findScriptTools,
  '.cjs': findScriptTools,
  '.jsx': findScriptTools,
  '.json': findConfigTools,
};
const SKIPPED = new Set(['node_modules', 'dist', 'build', '__pycache__', 'venv']);
const LARGEST_FILE = 2 * 1024 * 1024;

/** What the files declare, file by file. A folder stands for every program in it; its JSON only when it is MCP's. */
export async function readAgents(paths: readonly string[], signal?: AbortSignal): Promise<Findings[]> {
  const files = (await Promise.all(paths.map(agentFiles))).flat();
  const found: Findings[] = [];
  for (const file of new Set(files)) {
    signal?.throwIfAborted();
    const findings = new Findings(file);
    found.push(findings);
    if ((await stat(file)).size > LARGEST_FILE) findings.unknown(1, 'the file is larger than 2 MiB');
    else FINDERS[extname(file).toLowerCase()]?.(await readFile(file, 'utf8'), findings);
  }
  return found;
}

async function agentFiles(path: string): Promise<string[]> {
  const entry = await stat(path).catch(() => undefined);
  if (entry === undefined) throw usageError(`agent ${path} cannot be read`, 'give existing files or folders');
  if (entry.isDirectory()) return folderFiles(path);
  if (FINDERS[extname(path).toLowerCase()] === undefined) {
    throw usageError(
      `${path} is no agent source this check can read`,
      `give files that end in ${Object.keys(FINDERS).join(', ')}`,
    );
  }
  return [path];
}

async function folderFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : folderFiles(path);
      }
      const ending = extname(entry.name).toLowerCase();
      if (ending === '.json' && !/mcp/iu.test(entry.name)) return [];
      return entry.isFile() && FINDERS[ending] !== undefined && !entry.name.endsWith('.d.ts') ? [path] : [];
    }),
  );
  return nested.flat().sort();
}
