import { ThothCommand } from '../../cli/command.js';
import { arg, Flags } from '../../cli/flags.js';
import { approvalView, waitForVerdict } from '../../journeys/approvals/index.js';
import type { Result } from '../../output/port.js';

export default class ApprovalsWait extends ThothCommand<typeof ApprovalsWait> {
  static override summary = 'Wait for the verdict on a held call';
  static override description =
    'Exit 0 when approved, 10 when denied, 8 when it is still pending at the end of the wait, 7 when the hold ended without a verdict.';
  static override examples = ['<%= config.bin %> approvals wait appr_1 --timeout 300 && deploy'];
  static override exitCodes = ['pending', 'conflict', 'checkFailed'] as const;
  static override args = { approval: arg({ description: 'approval id', required: true }) };
  static override flags = {
    timeout: Flags.integer({ description: 'seconds to wait', default: 900, min: 0 }),
  };

  async execute(): Promise<Result> {
    const progress = this.out.progress(`waiting for a verdict on ${this.args.approval}`);
    try {
      const approval = await waitForVerdict(await this.api(), this.args.approval, {
        timeoutSeconds: this.flags.timeout,
        signal: this.signal,
      });
      progress.done();
      return {
        data: approval,
        view: approvalView(approval),
        exit: approval.status === 'approved' ? 'ok' : 'checkFailed',
      };
    } catch (cause) {
      progress.fail();
      throw cause;
    }
  }
}
