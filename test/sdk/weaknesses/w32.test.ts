import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const tests = join(root, 'test/sdk');

/** Relative paths that a source file names in imports and URLs. */
function named(source: string): string[] {
  return [...source.matchAll(/(?:from|import\(|new URL\()\s*'(\.{1,2}\/[^']+)'/g)].map(
    ([, path = '']) => path,
  );
}

function tracked(): ReadonlySet<string> | undefined {
  const { status, stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? new Set(stdout.split('\n')) : undefined;
}

it('W32: the tests need nothing that is not in the repository', () => {
  const files = tracked();
  const missing: string[] = [];
  for (const name of readdirSync(tests, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const file = join(tests, name);
    for (const path of named(readFileSync(file, 'utf8'))) {
      const target = join(dirname(file), path);
      const found = [target, target.replace(/\.js$/, '.ts')].find((each) => existsSync(each));
      const inRepository = found !== undefined && (files?.has(relative(root, found)) ?? true);
      if (!inRepository) missing.push(`${name}: ${path}`);
    }
  }
  // What w18 writes for itself into a folder of its own.
  expect(missing.filter((each) => !each.startsWith('weaknesses/w18'))).toEqual([]);
});
