import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';

test('the artefact is the one whose checksum is recorded, and can reach nothing but its host', async () => {
  const bytes = brotliDecompressSync(readFileSync('src/engine/rego/opa-compiler.wasm.br'));
  const recorded = readFileSync('engine-wasm/opa-compiler.sha256', 'utf8').split(' ')[0];
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(recorded);
  const imported = readFileSync('src/engine/rego/wasi.ts', 'utf8');
  expect(imported).not.toMatch(/from 'node:(?:fs|net|child_process)/);
});
