import { ThothCommand } from '../../cli/command.js';
import { Flags } from '../../cli/flags.js';
import { authoriseKey, PERMISSIONS, scopeFlags, selectedScope } from '../../journeys/api-keys/index.js';
import type { Result } from '../../output/port.js';

export default class ApiKeysAuthorize extends ThothCommand<typeof ApiKeysAuthorize> {
  static override summary = 'Check a key against a permission and a scope; exit 10 when it is not authorised';
  static override examples = [
    '<%= config.bin %> api-keys authorize --key-id key_1 --api-key --permission execute --organization',
    '<%= config.bin %> api-keys authorize --key-id key_1 --api-key-file agent.key --permission execute --agent-id bot',
  ];
  static override exitCodes = ['checkFailed'] as const;
  static override flags = {
    ...scopeFlags,
    'key-id': Flags.string({ description: 'key to check', required: true, helpValue: '<id>' }),
    'api-key': Flags.boolean({ description: 'ask for the key without showing it' }),
    'api-key-file': Flags.string({ description: 'file that holds the key', helpValue: '<file>' }),
    'api-key-stdin': Flags.boolean({ description: 'read the key from stdin' }),
    permission: Flags.option({ options: PERMISSIONS, description: 'permission to check', required: true })(),
  };
  static override variables = { THOTH_CHECKED_API_KEY: 'the key to check, where nobody can be asked' };

  async execute(): Promise<Result> {
    const scope = selectedScope(this.flags);
    const apiKey = await this.#key();
    const { answer, authorised } = await authoriseKey(
      await this.api(),
      { keyId: this.flags['key-id'], apiKey, permission: this.flags.permission, scope },
      this.signal,
    );
    return { data: { ...answer, authorized: authorised }, exit: authorised ? 'ok' : 'checkFailed' };
  }

  /** Never taken from THOTH_API_KEY: that is who asks, not what is asked about. */
  async #key(): Promise<string> {
    if (this.flags['api-key-file'] !== undefined || this.flags['api-key-stdin']) {
      const given = await this.secret('api-key');
      if (given !== undefined) return given;
    }
    const answeredBy = '--api-key-file, --api-key-stdin or THOTH_CHECKED_API_KEY';
    return (await this.secret('checked-api-key')) ?? (await this.askSecret('API key to check', answeredBy));
  }
}
