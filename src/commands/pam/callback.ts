import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags, secretFlags } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import { sendCallback, VERDICTS } from '../../journeys/pam/index.js';
import type { Result } from '../../output/port.js';

export default class PamCallback extends ThothCommand<typeof PamCallback> {
  static override summary = 'Sign and send the verdict of a privileged-access system';
  static override description =
    'Rehearses what a PAM system does when its approver has decided. The callback is signed with pam.callback_secret; no other credential is used. It counts as one approver, pam:<provider>.';
  static override examples = [
    '<%= config.bin %> pam callback --approval-id apr_1 --decision approve --callback-secret-file pam.secret',
  ];
  static override exitCodes = ['conflict'] as const;
  static override flags = {
    ...dryRunFlag,
    ...secretFlags('callback-secret', 'callback secret of the tenant'),
    'approval-id': Flags.string({ description: 'approval to resolve', helpValue: '<id>' }),
    'hold-token': Flags.string({ description: 'the same by its hold', helpValue: '<token>' }),
    decision: Flags.option({ options: VERDICTS, description: 'verdict', required: true })(),
    reason: Flags.string({ description: 'why, kept with the verdict' }),
    'resolved-by': Flags.string({ description: 'who decided, as the PAM system knows them' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const callback = {
      ...(flags['approval-id'] !== undefined && { approval_id: flags['approval-id'] }),
      ...(flags['hold-token'] !== undefined && { hold_token: flags['hold-token'] }),
      decision: flags.decision,
      ...(flags.reason !== undefined && { reason: flags.reason }),
      ...(flags['resolved-by'] !== undefined && { resolved_by: flags['resolved-by'] }),
      occurred_at: new Date().toISOString(),
    };
    if (callback.approval_id === undefined && callback.hold_token === undefined)
      throw usageError('The held call is missing.', 'give --approval-id or --hold-token');
    const secret = await this.secret('callback-secret');
    if (secret === undefined) {
      throw usageError(
        'The callback secret is missing.',
        'give --callback-secret-file, --callback-secret-stdin or THOTH_CALLBACK_SECRET',
      );
    }
    const api = await this.api({ need: 'none' });
    if (this.dryRun) return { data: { dry_run: true, tenant_id: api.tenantId, would_send: callback } };
    return { data: await sendCallback(api, callback, secret, this.signal) };
  }
}
