import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/** What the packed artefact holds; the smoke test loads the tarball itself. */
const built = join(import.meta.dirname, '../../../dist/lib');
const folder = mkdtempSync(join(tmpdir(), 'w18-'));
afterAll(() => rmSync(folder, { recursive: true }));

function loads(how: 'import' | 'require', file: string): boolean {
  const source =
    how === 'import'
      ? `const m = await import(${JSON.stringify(file)}); if (typeof m.instrument !== 'function') process.exit(3)`
      : `if (typeof require(${JSON.stringify(file)}).instrument !== 'function') process.exit(3)`;
  const type = how === 'import' ? 'module' : 'commonjs';
  return spawnSync(process.execPath, [`--input-type=${type}`, '-e', source], { cwd: folder }).status === 0;
}

describe('W18: the built output loads in plain Node', () => {
  it.skipIf(!existsSync(built))('ours, as ESM and as CommonJS', () => {
    expect(loads('import', join(built, 'esm/sdk/index.js'))).toBe(true);
    expect(loads('require', join(built, 'cjs/sdk/index.js'))).toBe(true);
  });

  it('goes red on output whose import paths have no extension', () => {
    writeFileSync(join(folder, 'index.mjs'), "export { instrument } from './instrument';\n");
    writeFileSync(join(folder, 'instrument.mjs'), 'export const instrument = () => undefined;\n');
    expect(loads('import', join(folder, 'index.mjs'))).toBe(false);
  });
});
