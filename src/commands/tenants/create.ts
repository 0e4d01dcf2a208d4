import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { createTenant } from '../../journeys/tenants/index.js';
import type { Result } from '../../output/port.js';

export default class TenantsCreate extends ThothCommand<typeof TenantsCreate> {
  static override summary = 'Create a tenant on the local control plane; its admin token appears once';
  static override examples = ['<%= config.bin %> tenants create acme --token-file acme.token'];
  static override args = {
    tenant: arg({ description: 'tenant id: lower-case letters, digits, dashes', required: true }),
  };
  static override flags = {
    ...dryRunFlag,
    'token-file': Flags.string({
      description: 'write the admin token to this new file (mode 0600) instead of stdout',
      helpValue: '<file>',
    }),
  };

  async execute(): Promise<Result> {
    const tokenFile = this.flags['token-file'];
    const data = await createTenant(await this.api(), this.args.tenant, {
      dryRun: this.dryRun,
      tokenFile,
      signal: this.signal,
    });
    if (!this.dryRun && tokenFile === undefined) this.out.notice('The token is shown once; store it now.');
    if (!this.dryRun) this.out.notice(`To work in it: ${await this.#contextCommand(tokenFile)}`);
    return { data };
  }

  async #contextCommand(tokenFile = 'FILE'): Promise<string> {
    const { tenant } = this.args;
    const { baseUrl } = await this.connection();
    return `thothctl context set ${tenant} --tenant-id ${tenant} --govapi-url ${baseUrl} --auth-token-file ${tokenFile} --use`;
  }
}
