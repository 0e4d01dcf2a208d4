import { ThothCommand } from '../../cli/command.js';
import { authStatus, statusView } from '../../journeys/sign-in/index.js';
import type { Result } from '../../output/port.js';

export default class AuthStatusCommand extends ThothCommand<typeof AuthStatusCommand> {
  static override summary = 'Show who is signed in, where, with which credential; exit 4 when nobody is';

  async execute(): Promise<Result> {
    const status = await authStatus(await this.api(), await this.connection(), this.signal);
    return { data: status, view: statusView(status) };
  }
}
