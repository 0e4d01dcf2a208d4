import { open, rm } from 'node:fs/promises';
import { ThothctlError, usageError } from '../../errors/index.js';
import { comparable, type Kind } from './kind.js';
import { writable } from './write-body.js';

/** Keys by name. The plaintext appears once, so a new key needs a file of its own to go to. */
export const apiKeys: Kind = {
  section: 'api_keys',
  levels: 1,
  sets: ['permissions'],
  replaced: true,
  instructions: ['key_file', 'ttl_seconds', 'jit_reason'],
  async read(api, _asked, signal) {
    const { api_keys: rows } = await api.call('listApiKeys', {}, { signal });
    return rows
      .filter((row) => row.active && (row.name ?? '') !== '')
      .map((row) => ({
        identity: [row.name ?? ''],
        fields: comparable(row, ['scope_level', 'scope_target_id', 'permissions']),
        handle: row.key_id,
      }));
  },
  async put(api, { identity: [name = ''], wanted, present }, signal) {
    const { key_file: keyFile, ...given } = wanted;
    if (typeof keyFile !== 'string')
      throw usageError(
        `The API key ${name} needs a key_file`,
        'its secret is shown once and has to go somewhere',
      );
    const body = await writable('createApiKey', { ...present?.fields, ...given, name });
    // Opened before the key exists: a place that cannot be written must not cost a key nobody knows.
    const file = await open(keyFile, 'wx', 0o600).catch((cause: unknown) => {
      throw new ThothctlError({
        code: 'key_file_not_written',
        message: `Cannot create ${keyFile} for the API key ${name}`,
        exit: 'usage',
        fix: 'name a new file in a folder that exists',
        cause,
      });
    });
    try {
      const created = await api.call('createApiKey', { body }, { signal });
      await file.writeFile(`${created.api_key}\n`);
      await file.sync();
    } catch (error) {
      await rm(keyFile, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    if (present?.handle !== undefined)
      await api.call('revokeApiKey', { path: { keyId: present.handle } }, { signal });
  },
  async remove(api, { handle = '' }, signal) {
    await api.call('revokeApiKey', { path: { keyId: handle } }, { signal });
  },
};
