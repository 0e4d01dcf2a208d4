import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags, repeatable } from '../../cli/flags.js';
import {
  checkKeyFile,
  issueKey,
  PERMISSIONS,
  scopeFlags,
  selectedScope,
} from '../../journeys/api-keys/index.js';
import type { Result } from '../../output/port.js';

export default class ApiKeysCreate extends ThothCommand<typeof ApiKeysCreate> {
  static override summary = 'Issue an API key; its secret appears once';
  static override examples = [
    '<%= config.bin %> api-keys create --organization --permission read --permission write',
    '<%= config.bin %> api-keys create --agent-id invoices-bot --permission execute --ttl-seconds 604800 --key-file agent.key',
  ];
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
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const request = {
      scope: selectedScope(flags),
      permissions: flags.permission,
      ttlSeconds: flags['ttl-seconds'],
      name: flags.name,
      jitReason: flags['jit-reason'],
    };
    const keyFile = flags['key-file'];
    if (keyFile !== undefined) await checkKeyFile(keyFile, flags['overwrite-key-file']);
    const issued = await issueKey(await this.api(), request, {
      dryRun: this.dryRun,
      keyFile,
      signal: this.signal,
    });
    if (!this.dryRun && keyFile === undefined) this.out.notice('The key is shown once; store it now.');
    return { data: issued };
  }
}
