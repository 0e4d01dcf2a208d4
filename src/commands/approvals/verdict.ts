import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import {
  approvalView,
  readApproval,
  resolveApproval,
  verdictText,
  type Verdict,
} from '../../journeys/approvals/index.js';
import type { Result } from '../../output/port.js';

/** The two verdicts on a held call differ in a word and a summary. */
export function verdictCommand(verdict: Verdict, summary: string) {
  return class VerdictCommand extends ThothCommand<typeof VerdictCommand> {
    static override summary = summary;
    static override description =
      'The verdict is recorded in the name of the signed-in principal. A hold that ended without a verdict, or was resolved otherwise, is exit 7; repeating a verdict that stands changes nothing, and says whose it is.';
    static override examples = [
      `<%= config.bin %> approvals ${verdict} appr_1 --reason 'checked with the owner'`,
    ];
    static override exitCodes = ['conflict'] as const;
    static override args = { approval: arg({ description: 'approval id', required: true }) };
    static override flags = {
      ...dryRunFlag,
      reason: Flags.string({ description: 'why, kept with the verdict' }),
    };

    async execute(): Promise<Result> {
      const api = await this.api();
      const { approval: id } = this.args;
      if (this.dryRun) {
        const approval = await readApproval(api, id, this.signal);
        return { data: { dry_run: true, would_record: verdict, approval }, view: approvalView(approval) };
      }
      const { reason } = this.flags;
      const result = await resolveApproval(api, id, verdict, {
        ...(reason !== undefined && { reason }),
        signal: this.signal,
      });
      this.out.notice(`${id}: ${verdictText(verdict, result)}`);
      return { data: result };
    }
  };
}
