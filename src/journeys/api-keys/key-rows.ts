import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationInput } from '../../contract/index.js';
import type { SendableFamily } from '../bulk/index.js';
import { issueBody } from './issue.js';
import { checkKeyFile } from './key-file.js';

type KeyBody = NonNullable<OperationInput<'createApiKey'>['body']>;

/**
 * Keys from a file. Each secret goes into a file of its own in `keyDir`, named after the row; without a folder it is
 * part of what is shown for the row.
 */
export function keyRows(keyDir: string | undefined): SendableFamily<'createApiKey'> {
  return {
    what: 'api-keys',
    operation: 'createApiKey',
    fields: {
      name: 'text',
      scope_level: 'text',
      scope_target_id: 'text',
      permissions: 'list',
      ttl_seconds: 'number',
      jit_reason: 'text',
    },
    keyName: 'name',
    // Two rows of one name would share a key file.
    key: keyName,
    objection: (body) =>
      body.scope_level === 'organization' && body.scope_target_id !== undefined
        ? {
            member: 'scope_target_id',
            message: 'a key of the organization has no target',
            fix: 'leave it empty',
          }
        : undefined,
    prepare: async (bodies) => {
      if (keyDir === undefined) return;
      for (const body of bodies) await checkKeyFile(keyFile(keyDir, body), false, 'the key file');
    },
    send: async (api, body, signal) => {
      if (keyDir === undefined) return issueBody(api, body, { keyFile: undefined, signal });
      await mkdir(keyDir, { recursive: true, mode: 0o700 });
      return issueBody(api, body, { keyFile: keyFile(keyDir, body), signal });
    },
  };
}

/** What tells a row from the others and names its key file: the name it gives, or its scope. */
function keyName(body: KeyBody): string {
  const said = body.name ?? [body.scope_level, body.scope_target_id].filter(Boolean).join('-');
  return said.replaceAll(/[^\w.-]+/gu, '_').replace(/^\.+/u, '_');
}

function keyFile(keyDir: string, body: KeyBody): string {
  return join(keyDir, `${keyName(body)}.key`);
}
