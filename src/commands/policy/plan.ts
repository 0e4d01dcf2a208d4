import { ThothCommand } from '../../cli/command.js';
import { arg, Flags, ownFormats } from '../../cli/flags.js';
import {
  detailChanges,
  differenceForms,
  diffReport,
  faultText,
  planPush,
  savedPlan,
  writePlan,
} from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyPlan extends ThothCommand<typeof PolicyPlan> {
  static override summary = 'Show what `policy push` would do, and save it to be pushed later, unchanged';
  static override description =
    'A saved plan holds digests of the directory and of the tenant, and no policy. `policy push --plan` refuses it with exit 7 once either side moved.';
  static override examples = [
    '<%= config.bin %> policy plan policies/ --save plan.json',
    '<%= config.bin %> policy plan policies/ --prune --format markdown',
  ];
  static override exitCodes = ['differences'] as const;
  static override args = { path: arg({ description: 'directory, or one policy file', required: true }) };
  static override flags = {
    save: Flags.string({ description: 'write the plan to this file, for --plan', helpValue: '<file>' }),
    stage: Flags.boolean({
      description: 'observe what changes first; `policy promote` puts it in force',
      default: false,
    }),
    prune: Flags.boolean({ description: 'delete bundles the directory does not name', default: false }),
    'exit-code': Flags.boolean({ description: 'exit 3 when there is something to do' }),
    ...ownFormats('markdown'),
  };

  async execute(): Promise<Result> {
    const { save, stage, prune } = this.flags;
    const api = await this.api({ longLived: true });
    const plan = await planPush(api, this.args.path, { stage, prune, signal: this.signal });
    for (const warning of plan.warnings) this.out.warn(faultText(warning));
    const deletions = plan.steps.filter(({ action }) => action === 'delete');
    const detailed = await detailChanges(api, plan.diff, this.signal);
    const saved = savedPlan(api, plan, { directory: this.args.path, stage, prune });
    if (save !== undefined) {
      await writePlan(save, saved);
      this.out.notice(`Saved the plan to ${save}; \`thothctl policy push --plan ${save}\` carries it out.`);
    }
    const { steps: _steps, ...facts } = saved;
    return {
      data: { ...facts, ...diffReport(api.tenantId, plan.diff, deletions), ...detailed },
      ...differenceForms('Policy plan', plan.diff, detailed, deletions),
      ...(plan.steps.length > 0 && this.flags['exit-code'] && { exit: 'differences' as const }),
    };
  }
}
