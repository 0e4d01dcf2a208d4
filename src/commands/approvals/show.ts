import { ThothCommand } from '../../cli/command.js';
import { arg } from '../../cli/flags.js';
import { approvalView, readApproval } from '../../journeys/approvals/index.js';
import type { Result } from '../../output/port.js';

export default class ApprovalsShow extends ThothCommand<typeof ApprovalsShow> {
  static override summary = 'Show what is asked: tool, redacted arguments, rule, requester, expiry';
  static override args = { approval: arg({ description: 'approval id', required: true }) };

  async execute(): Promise<Result> {
    const approval = await readApproval(await this.api(), this.args.approval, this.signal);
    return { data: approval, view: approvalView(approval) };
  }
}
