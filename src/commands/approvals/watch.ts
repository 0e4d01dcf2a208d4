import { ThothCommand } from '../../cli/command.js';
import { Flags } from '../../cli/flags.js';
import { askChoice } from '../../output/index.js';
import {
  APPROVAL_COLUMNS,
  watchHolds,
  type Approval,
  type HoldChoice,
} from '../../journeys/approvals/index.js';

export default class ApprovalsWatch extends ThothCommand<typeof ApprovalsWatch> {
  static override summary = 'Announce holds as they come; on a terminal, resolve them in place';
  static override description =
    'Each hold is announced once, and once more when its caller withdraws it. On an attended terminal it asks for approve, deny or skip; elsewhere, and with --no-input, it only announces.';
  static override onSignal = 'finish' as const;
  static override flags = {
    'new-only': Flags.boolean({ description: 'leave out holds that are pending already' }),
    'announce-only': Flags.boolean({ description: 'never ask, also on a terminal' }),
  };

  async execute(): Promise<void> {
    const { json, format, output } = this.flags;
    // Rows for a program or a file are not for somebody who can be asked.
    const read = !json && !output && (format === undefined || format === 'table');
    const asks = this.attended && !this.flags['announce-only'] && read;
    await watchHolds(await this.api({ longLived: true }), this.out.stream(APPROVAL_COLUMNS), {
      signal: this.signal,
      notice: (text) => this.out.notice(text),
      includePending: !this.flags['new-only'],
      ask: asks ? (approval) => this.#ask(approval) : undefined,
    });
    this.endStream();
  }

  #ask(approval: Approval): Promise<HoldChoice> {
    const args = JSON.stringify(approval.request ?? {});
    const rule = (approval.matched_rule_ids ?? []).join(', ');
    return askChoice<HoldChoice>(
      { attended: this.attended, signal: this.signal },
      `${approval.agent_id ?? 'An agent'} wants ${approval.tool_name ?? 'a tool'} with ${args}${rule && `, held by ${rule}`}`,
      [
        { name: 'skip', value: 'skip' },
        { name: 'approve', value: 'approve' },
        { name: 'deny', value: 'deny' },
      ],
      'thothctl approvals approve or deny',
    );
  }
}
