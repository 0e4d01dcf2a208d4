import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/errors/index.js';

it('documents every exit code of the registry, and no other', () => {
  const page = readFileSync(new URL('../../docs/guides/exit-codes.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) \| `(\w+)` \| (.+) \|$/gm)].map(([, code, name, meaning]) => ({ code, name, meaning }));
  const registry = Object.entries(EXIT_CODES).map(([name, { code, meaning }]) => ({ code: String(code), name, meaning }));
  expect(rows).toEqual(registry);
});
