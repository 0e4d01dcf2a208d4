import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;

beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

const create = (): Promise<Record<string, unknown>> =>
  plane.json(
    'api-keys',
    'create',
    '--agent-id',
    'bot',
    '--permission',
    'execute',
    '--ttl-seconds',
    '3600',
    '--name',
    'n',
  );

async function activeKeys(): Promise<string[]> {
  const { api_keys: keys } = await plane.json('api-keys', 'list');
  return (keys as { key_id: string; active: boolean }[])
    .filter(({ active }) => active)
    .map(({ key_id }) => key_id);
}

describe('api-keys rotate', () => {
  it('hands over to a verified key of the same scope and lifetime, in a file nobody else reads', async () => {
    const old = await create();
    const file = join(plane.home, 'agent.key');
    const rotated = await plane.json(
      'api-keys',
      'rotate',
      String(old['key_id']),
      '--yes',
      '--key-file',
      file,
    );
    expect(rotated).toMatchObject({
      scope_level: 'agent',
      scope_target_id: 'bot',
      name: 'n',
      key_file: file,
    });
    expect(rotated).not.toHaveProperty('api_key');
    const key = (await readFile(file, 'utf8')).trim();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await plane.enforce(key, 'read_file')).toBeDefined();
    await expect(plane.enforce(String(old['api_key']), 'read_file')).rejects.toThrow('401');
  });

  it('leaves the old key valid and withdraws the new one when the key cannot be handed over', async () => {
    const old = await create();
    const before = await activeKeys();
    const folder = join(plane.home, 'gone');
    const failed = await plane.run([
      'api-keys',
      'rotate',
      String(old['key_id']),
      '--yes',
      '--key-file',
      join(folder, 'key'),
    ]);
    expect(failed.exit).toBe(2);
    expect(await activeKeys()).toEqual(before);
    expect(await plane.enforce(String(old['api_key']), 'read_file')).toBeDefined();
  });

  it('prints the new key before the overlap, in which both work', async () => {
    const old = await create();
    const rotated = await plane.json('api-keys', 'rotate', String(old['key_id']), '--yes', '--overlap', '1');
    expect(rotated['api_key']).toMatch(/^thoth_/);
    expect(await activeKeys()).not.toContain(old['key_id']);
  });

  it('asks before it revokes, and refuses where nobody can be asked', async () => {
    const old = await create();
    const unattended = await plane.run(['api-keys', 'revoke', String(old['key_id'])]);
    expect(unattended.exit).toBe(2);
    expect(unattended.stderr).toMatch(/\(tenant \S+, context local\)/u);
    expect(await activeKeys()).toContain(old['key_id']);
    await plane.json('api-keys', 'revoke', String(old['key_id']), '--yes');
    expect((await plane.run(['api-keys', 'rotate', String(old['key_id']), '--yes'])).exit).toBe(7);
    expect((await plane.run(['api-keys', 'rotate', 'key_none', '--yes'])).exit).toBe(6);
  });
});
