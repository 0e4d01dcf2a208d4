import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import {
  checkKeyFile,
  rotatableKey,
  rotateKey,
  storedKey,
  writeKeyFile,
  type NewApiKey,
} from '../../journeys/api-keys/index.js';
import type { Result } from '../../output/port.js';

export default class ApiKeysRotate extends ThothCommand<typeof ApiKeysRotate> {
  static override summary = 'Replace a key: create its successor, verify it, then revoke the old one';
  static override description =
    'The old key stays valid until the successor is verified, handed over and the overlap has passed. When anything fails before that, the successor is withdrawn. Without --key-file the new key goes to stdout as soon as it is verified, before the overlap begins.';
  static override examples = [
    '<%= config.bin %> api-keys rotate key_1 --key-file /etc/agent/key --overwrite-key-file --overlap 300',
  ];
  static override args = { key: arg({ description: 'id of the key to replace', required: true }) };
  static override flags = {
    ...dryRunFlag,
    overlap: Flags.integer({
      description: 'seconds both keys work; the command waits that long, then ends the old one',
      default: 0,
      min: 0,
      max: 2_592_000,
    }),
    'ttl-seconds': Flags.integer({
      description: 'lifetime of the successor; by default that of the old key',
      min: 1,
    }),
    'key-file': Flags.string({
      description: 'write the key to this new file (mode 0600) instead of stdout',
      helpValue: '<file>',
    }),
    'overwrite-key-file': Flags.boolean({ description: 'replace an existing key file' }),
  };

  async execute(): Promise<Result | void> {
    const keyFile = this.flags['key-file'];
    if (keyFile !== undefined) await checkKeyFile(keyFile, this.flags['overwrite-key-file']);
    const api = await this.api();
    const old = await rotatableKey(api, this.args.key, this.signal);
    const { overlap } = this.flags;
    if (this.dryRun) {
      return {
        data: { dry_run: true, tenant_id: api.tenantId, would_replace: old, overlap_seconds: overlap },
      };
    }
    await this.confirm(
      `Replace API key ${old.key_id}? It ends ${overlap === 0 ? 'at once' : `after ${overlap} s`}.`,
    );
    const created = await rotateKey(api, old, {
      overlapSeconds: overlap,
      ttlSeconds: this.flags['ttl-seconds'],
      signal: this.signal,
      onStep: (text) => this.out.notice(text),
      deliver: (key) =>
        keyFile === undefined
          ? this.out.result({ data: handover(key, old.key_id, overlap) })
          : writeKeyFile(keyFile, key.api_key),
    });
    this.out.notice(`${old.key_id} is revoked.`);
    if (keyFile === undefined) return;
    return { data: { ...storedKey(created, keyFile), replaced: { key_id: old.key_id, revoked: true } } };
  }
}

/** What is shown before the old key ends, so that the new one can be put in place first. */
function handover(created: NewApiKey, oldKeyId: string, overlap: number): object {
  const revokesAt = new Date(Date.now() + overlap * 1000).toISOString();
  return { ...created, replaces: { key_id: oldKeyId, revoked_after: revokesAt } };
}
