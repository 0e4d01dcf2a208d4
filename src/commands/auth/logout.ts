import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag } from '../../cli/flags.js';
import { logout } from '../../journeys/sign-in/index.js';
import type { Result } from '../../output/port.js';

export default class AuthLogout extends ThothCommand<typeof AuthLogout> {
  static override summary = 'End the session and forget it on this machine';
  static override flags = { ...dryRunFlag };

  async execute(): Promise<Result> {
    const connection = await this.connection('optional');
    if (this.dryRun) {
      const from = connection.credential?.origin ?? null;
      return { data: { dry_run: true, tenant_id: connection.tenantId, would_forget: from } };
    }
    const api = connection.credential === undefined ? undefined : await this.api();
    const result = await logout(api, connection, {
      signal: this.signal,
      warn: (text) => this.out.warn(text),
    });
    if (result.kept_in !== null) this.out.notice(`${result.kept_in} is yours and was left in place.`);
    return { data: result };
  }
}
