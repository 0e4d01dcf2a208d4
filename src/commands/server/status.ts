import { ThothCommand } from '../../cli/command.js';
import { serverStatus } from '../../journeys/local-server/index.js';
import type { Result } from '../../output/port.js';

export default class ServerStatus extends ThothCommand<typeof ServerStatus> {
  static override summary = 'Show whether the control plane answers, its version and what it offers';
  static override exitCodes = ['checkFailed'] as const;

  async execute(): Promise<Result> {
    const status = await serverStatus(await this.api(), this.signal);
    return { data: status, exit: status.ready ? 'ok' : 'checkFailed' };
  }
}
