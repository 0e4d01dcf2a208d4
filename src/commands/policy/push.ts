import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag } from '../../cli/flags.js';
import {
  DIFF_COLUMNS,
  diffReport,
  diffRows,
  faultText,
  planPush,
  pushFailure,
  sendPush,
  type PushPlan,
} from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyPush extends ThothCommand<typeof PolicyPush> {
  static override summary =
    'Bring the bundles of the tenant in line with a directory, sending only what changed';
  static override description =
    'Every .cedar and .rego file is a bundle named by its path; thoth.policy.yaml gives other names, assignments, mode and status. A file that does not parse stops the push before the first change. Bundles the directory does not name are left alone.';
  static override examples = [
    '<%= config.bin %> policy push policies/',
    '<%= config.bin %> policy push policies/ --dry-run',
  ];
  static override exitCodes = ['partial'] as const;
  static override args = { path: arg({ description: 'directory, or one policy file', required: true }) };
  static override flags = { ...dryRunFlag };

  async execute(): Promise<Result> {
    const api = await this.api({ longLived: true });
    const plan = await planPush(api, this.args.path, this.signal);
    for (const warning of plan.warnings) this.out.warn(faultText(warning));
    const report = diffReport(api.tenantId, plan.diff);
    if (plan.pending.length === 0) {
      this.out.notice(`Nothing to push: all ${report.unchanged} bundles are up to date.`);
    } else if (!this.dryRun) {
      return { ...this.#view(plan), data: { sent: await this.#send(plan), dry_run: false, ...report } };
    }
    return { ...this.#view(plan), data: { sent: [], dry_run: this.dryRun, ...report } };
  }

  async #send(plan: PushPlan): Promise<readonly object[]> {
    const total = plan.pending.length;
    const progress = this.out.progress(`pushing ${total} bundles`);
    const outcome = await sendPush(await this.api(), plan.pending, {
      signal: this.signal,
      onSent: (done) => progress.update('pushing bundles', done, total),
    });
    const failure = pushFailure(outcome);
    if (failure !== undefined) {
      progress.fail();
      throw failure;
    }
    progress.done();
    this.signal.throwIfAborted();
    this.out.notice(`${outcome.sent.length} of ${plan.diff.changes.length} bundles sent.`);
    return outcome.sent;
  }

  #view(plan: PushPlan): Pick<Result, 'view'> {
    const rows = diffRows(plan.diff);
    return { view: { kind: 'table', columns: DIFF_COLUMNS, rows, empty: 'Nothing to push.' } };
  }
}
