import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const built = join(import.meta.dirname, '../../dist/lib');
const folder = mkdtempSync(join(tmpdir(), 'thothctl-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files a fresh process loads for the entry, as the loaders themselves report them. */
function loadedFiles(how: 'esm' | 'cjs', entry: string): string[] {
  const file = join(built, how, 'sdk', `${entry}.js`);
  const source = `
    const { register, Module } = require('node:module');
    const seen = [];
    const extension = Module._extensions['.js'];
    Module._extensions['.js'] = (module, name) => { seen.push(name); return extension(module, name); };
    const hooks = "let port; export const initialize = (data) => { port = data.port; };" +
      "export const load = async (url, context, next) => { port.postMessage(url); return next(url, context); };";
    const { port1, port2 } = new MessageChannel();
    port1.on('message', (url) => seen.push(url));
    port1.unref();
    register('data:text/javascript,' + encodeURIComponent(hooks), { data: { port: port2 }, transferList: [port2] });
    const ready = ${how === 'esm' ? 'import(process.argv[1])' : 'Promise.resolve(require(process.argv[1]))'};
    ready.then(() => setTimeout(() => console.log(JSON.stringify(seen)), 50));
  `;
  const output = execFileSync(process.execPath, ['--input-type=commonjs', '-e', source, file], {
    cwd: folder,
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[];
}

const HEAVY = /oclif|\/(?:server|cli|commands|engine)\/|inquirer|sqlite|kysely|cedar|opa-wasm|\/zod\//u;

describe.skipIf(!existsSync(built))('importing the SDK', () => {
  it.each([
    ['esm', 'index'],
    ['esm', 'anthropic'],
    ['esm', 'openai'],
    ['cjs', 'index'],
    ['cjs', 'anthropic'],
    ['cjs', 'openai'],
  ] as const)('as %s %s loads no part of the command line or the server', (how, entry) => {
    const files = loadedFiles(how, entry).filter((name) => !name.startsWith('node:'));
    expect(files.length).toBeGreaterThan(0);
    const paths = files.map((name) => (name.startsWith('file:') ? fileURLToPath(name) : name));
    expect(paths).toContain(join(built, how, 'sdk', `${entry}.js`));
    for (const path of paths) {
      expect(path).not.toMatch(HEAVY);
      // A bundler may have put a package into a file of ours.
      expect(readFileSync(path, 'utf8')).not.toMatch(/@oclif\/core|find-my-way|kysely|cedar-wasm/u);
    }
  });
});
