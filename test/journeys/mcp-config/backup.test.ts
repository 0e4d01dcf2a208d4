import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceWithBackup, restore } from '../../../src/journeys/mcp-config/backup.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thothctl-backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('replaces a file, keeps the original beside it and puts it back', async () => {
  const path = join(folder, 'config.json');
  await writeFile(path, 'plain');
  const backup = await replaceWithBackup(path, 'plain', 'wrapped', 'plain');
  expect([await readFile(path, 'utf8'), await readFile(backup, 'utf8')]).toEqual(['wrapped', 'plain']);
  await restore(path, 'wrapped', 'plain');
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual(['plain', ['config.json']]);
});

it('shows a backup, which may hold headers, to its owner alone, and leaves the file as open as it was', async () => {
  const path = join(folder, 'config.json');
  await writeFile(path, 'plain', { mode: 0o644 });
  const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;
  const backup = await replaceWithBackup(path, 'plain', 'wrapped', 'plain');
  expect([await modeOf(path), await modeOf(backup)]).toEqual([0o644, 0o600]);
  await restore(path, 'wrapped', 'plain');
  expect(await modeOf(path)).toBe(0o644);
});

it('leaves alone what its client wrote meanwhile', async () => {
  const path = join(folder, 'config.json');
  await writeFile(path, 'written by the client');
  const changed = { code: 'mcp_config_changed' };
  await expect(replaceWithBackup(path, 'plain', 'wrapped', 'plain')).rejects.toMatchObject(changed);
  await expect(restore(path, 'wrapped', 'plain')).rejects.toMatchObject(changed);
  expect([await readFile(path, 'utf8'), await readdir(folder)]).toEqual([
    'written by the client',
    ['config.json'],
  ]);
});
