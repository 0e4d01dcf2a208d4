import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags, secretFlags } from '../../cli/flags.js';
import { login, loginClients } from '../../journeys/sign-in/index.js';
import type { Result } from '../../output/port.js';

export default class AuthLogin extends ThothCommand<typeof AuthLogin> {
  static override summary = 'Sign in to a tenant with a one-time code';
  static override description =
    'Prints where to get the code: a page to open, or for the local control plane `thothctl server token`. The session is kept in the keyring of the system, or in a file of mode 0600 where there is none; with --auth-token-file that file alone is written.';
  static override examples = [
    '<%= config.bin %> auth login --tenant-id acme --admin-email ops@example.com',
    '<%= config.bin %> auth login --tenant-id acme --admin-email ops@example.com --auth-code-file code.txt',
  ];
  static override flags = {
    ...dryRunFlag,
    'admin-email': Flags.string({
      description: 'who signs in',
      env: 'THOTH_ADMIN_EMAIL',
      helpValue: '<email>',
    }),
    'customer-domain': Flags.string({
      description: 'domain of the organisation; by default that of the e-mail',
    }),
    ...secretFlags('auth-code', 'one-time code'),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const adminEmail =
      flags['admin-email'] ??
      (await this.ask('E-mail address to sign in with', '--admin-email or THOTH_ADMIN_EMAIL'));
    const connection = await this.connection('none');
    if (this.dryRun) {
      const { tenantId, baseUrl } = connection;
      return {
        data: { dry_run: true, tenant_id: tenantId, govapi_url: baseUrl, would_sign_in: adminEmail },
      };
    }
    const given = await this.secret('auth-code');
    const result = await login(await loginClients(connection, flags, this.config.version), connection, {
      adminEmail,
      customerDomain: flags['customer-domain'],
      tokenFile: flags['auth-token-file'],
      code: (authorizeUrl) => (given === undefined ? this.#askCode(authorizeUrl) : Promise.resolve(given)),
      signal: this.signal,
    });
    this.out.notice(
      `Signed in to ${result.tenant_id} as ${result.principal}. The session is kept in ${result.stored_in}.`,
    );
    return { data: result };
  }

  #askCode(authorizeUrl: string | null): Promise<string> {
    this.out.notice(
      authorizeUrl === null
        ? 'Get a one-time code from an administrator: thothctl server token'
        : `Open this page and sign in, then come back with the code:\n${authorizeUrl}`,
    );
    return this.askSecret('One-time code', '--auth-code-file, --auth-code-stdin or THOTH_AUTH_CODE');
  }
}
