import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags, repeatable } from '../../cli/flags.js';
import { bulkFlags, createKeys, PERMISSIONS, scopeFlags } from '../../journeys/api-keys/index.js';
import type { Result } from '../../output/port.js';

export default class ApiKeysCreate extends ThothCommand<typeof ApiKeysCreate> {
  static override summary = 'Issue an API key; its secret appears once';
  static override examples = [
    '<%= config.bin %> api-keys create --organization --permission read --permission write',
    '<%= config.bin %> api-keys create --from-file keys.csv --key-dir keys',
    '<%= config.bin %> api-keys create --agent-id invoices-bot --permission execute --ttl-seconds 604800 --key-file agent.key',
  ];
  static override exitCodes = ['partial'] as const;
  static override flags = {
    ...dryRunFlag,
    ...scopeFlags,
    permission: repeatable({
      description: 'read, write or execute; repeatable, at least one',
      options: PERMISSIONS,
    }),
    'ttl-seconds': Flags.integer({ description: 'lifetime; without it the key does not expire', min: 1 }),
    name: Flags.string({ description: 'display name' }),
    'jit-reason': Flags.string({ description: 'why it is issued, for the audit trail' }),
    'key-file': Flags.string({
      description: 'write the key to this new file (mode 0600) instead of stdout',
      helpValue: '<file>',
    }),
    'overwrite-key-file': Flags.boolean({ description: 'replace an existing key file' }),
    ...bulkFlags,
    'key-dir': Flags.string({
      description: 'folder for the keys of --from-file, each in a new file (mode 0600)',
      helpGroup: 'BULK',
      helpValue: '<dir>',
      dependsOn: ['from-file'],
    }),
    'show-keys': Flags.boolean({
      description: 'write the keys of --from-file to stdout instead',
      helpGroup: 'BULK',
      dependsOn: ['from-file'],
    }),
  };

  execute(): Promise<Result> {
    return createKeys(this.flags, {
      api: () => this.api({ longLived: this.flags['from-file'] !== undefined }),
      out: this.out,
      dryRun: this.dryRun,
      signal: this.signal,
    });
  }
}
