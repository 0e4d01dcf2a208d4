import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { operationEntry, operationIds, isOperationId } from '../../src/contract/index.js';
import { readContract } from '../../scripts/generate/document.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const generate = (cwd: string, ...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', 'scripts/generate/main.ts', ...args], { cwd });

test('src/contract and docs/schema are what the generator writes', async () => {
  await generate(root, '--check');
});

test('a changed contract makes the check fail and name the files', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'contract-'));
  folders.push(copy);
  for (const part of [
    'scripts/generate',
    'docs/contract',
    'src/contract',
    'src/policy',
    'src/tenant',
    'src/errors',
    'src/engine',
    'docs/schema',
    'package.json',
    '.prettierrc.json',
  ]) {
    await cp(join(root, part), join(copy, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const yaml = join(copy, 'docs/contract/govapi.openapi.yaml');
  await writeFile(
    yaml,
    (await readFile(yaml, 'utf8')).replace('ttl_seconds: { type: integer', 'ttl_secs: { type: integer'),
  );
  await writeFile(join(copy, 'docs/schema/thoth.policy.schema.json'), '{}');
  await writeFile(join(copy, 'src/contract/govapi/left-over.schemas.ts'), '');
  await expect(generate(copy, '--check')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/docs\/schema[\s\S]*left-over\.schemas\.ts[\s\S]*npm run generate/),
  });
});

test('the table agrees with both documents', async () => {
  const seen = new Set<string>();
  for (const name of ['govapi', 'enforcer']) {
    const contract = await readContract(join(root, `docs/contract/${name}.openapi.yaml`), name);
    for (const operation of contract.operations) {
      expect(isOperationId(operation.id), operation.id).toBe(true);
      if (!isOperationId(operation.id)) continue;
      seen.add(operation.id);
      const entry = operationEntry(operation.id);
      expect(entry.path).toBe(operation.path);
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)]
        .map(([, part]) => part)
        .filter((part) => part !== 'tenantId');
      expect([...entry.pathParams].sort()).toEqual([...inPath].sort());
    }
  }
  expect(operationIds().sort()).toEqual([...seen].sort());
});

test('what this project added says so and lives under its own prefix', () => {
  for (const id of operationIds()) {
    const entry = operationEntry(id);
    const ours = 'origin' in entry;
    // The data plane has no such prefix: additions there stand under the path of the hold that they are about.
    if (id === 'withdrawHold' || id === 'answerHold') continue;
    expect(entry.path.includes('/thoth/x/') || entry.path.includes('/thoth/auth/'), id).toBe(ours);
  }
});
