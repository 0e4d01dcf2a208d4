import { usageError } from '../../errors/index.js';
import type { Result } from '../../output/index.js';
import { runBulk, strayFlags, type BulkPorts, type FromFile } from '../bulk/index.js';
import { issueKey } from './issue.js';
import { checkKeyFile } from './key-file.js';
import { keyRows } from './key-rows.js';
import { selectedScope, type ScopeSelectors } from './scope.js';

export interface CreateFlags extends ScopeSelectors, FromFile {
  readonly permission?: readonly string[] | undefined;
  readonly 'ttl-seconds'?: number | undefined;
  readonly name?: string | undefined;
  readonly 'jit-reason'?: string | undefined;
  readonly 'key-file'?: string | undefined;
  readonly 'overwrite-key-file'?: boolean | undefined;
  readonly 'key-dir'?: string | undefined;
  readonly 'show-keys'?: boolean | undefined;
}

const OF_ONE_KEY = [
  'organization',
  'fleet-id',
  'endpoint-id',
  'agent-id',
  'scope',
  'permission',
  'ttl-seconds',
  'name',
  'jit-reason',
  'key-file',
  'overwrite-key-file',
];

/** Issues the key that the flags describe, or every one of a file. */
export async function createKeys(flags: CreateFlags, ports: BulkPorts): Promise<Result> {
  if (flags['from-file'] !== undefined) {
    strayFlags(flags, OF_ONE_KEY, undefined);
    const { 'key-dir': keyDir, 'show-keys': show } = flags;
    if ((keyDir === undefined) === (show !== true)) {
      throw usageError(
        'say where the secrets of the new keys go',
        'give --key-dir DIR for one file (mode 0600) a key, or --show-keys for stdout',
      );
    }
    return runBulk(keyRows(keyDir), flags['from-file'], flags, ports);
  }
  const request = {
    scope: selectedScope(flags),
    permissions: flags.permission,
    ttlSeconds: flags['ttl-seconds'],
    name: flags.name,
    jitReason: flags['jit-reason'],
  };
  const keyFile = flags['key-file'];
  if (keyFile !== undefined) await checkKeyFile(keyFile, flags['overwrite-key-file'] === true);
  const { dryRun, signal, out } = ports;
  const issued = await issueKey(await ports.api(), request, { dryRun, keyFile, signal });
  if (!dryRun && keyFile === undefined) out.notice('The key is shown once; store it now.');
  return { data: issued };
}
