import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { approvalView, readApproval, resolveApproval } from '../../journeys/approvals/index.js';
import type { Result } from '../../output/port.js';

const DONE = { approve: 'Approved', deny: 'Denied' } as const;

/** The two verdicts on a held call differ in a word and a summary. */
export function verdictCommand(verdict: keyof typeof DONE, summary: string) {
  return class Verdict extends ThothCommand<typeof Verdict> {
    static override summary = summary;
    static override description =
      'The verdict is recorded in the name of the signed-in principal. A hold that ended without a verdict, or was resolved otherwise, is exit 7.';
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
      const by = result.resolved_by ?? 'you';
      this.out.notice(
        result.status === 'pending'
          ? `Recorded for ${by}; another approver is needed.`
          : `${DONE[verdict]} by ${by}.`,
      );
      return { data: result };
    }
  };
}
