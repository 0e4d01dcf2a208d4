import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { resolveSecretReference } from '../../src/secret-reference/index.js';

it('a program that is asked for a secret is handed no credential of ours', async () => {
  const env = {
    ...process.env,
    THOTH_API_KEY: 'thoth_live_x',
    THOTHCTL_AUTH_TOKEN: 'y',
    VAULT_ADDR: 'http://v',
  };
  const program = `exec:${process.execPath} -p Object.keys(process.env).join()`;
  const names = (await resolveSecretReference(program, { folder: tmpdir(), env })).split(',');
  expect(names).toContain('VAULT_ADDR');
  expect(names.filter((name) => name.startsWith('THOTH'))).toEqual([]);
});
