import { ThothCommand } from '../cli/command.js';
import { Flags } from '../cli/flags.js';
import { changeOptions, fileArg, planFlags } from '../journeys/tenant-apply/flags.js';
import { mentionSecretsLeft, readWithWarnings, warningsOf } from '../journeys/tenant-apply/index.js';
import { replaceFile } from '../output/index.js';
import type { Result } from '../output/port.js';
import { changesText, planTenant, savedPlan } from '../tenant/index.js';

export default class Plan extends ThothCommand<typeof Plan> {
  static override summary = 'Show, field by field, what apply would change in the tenant';
  static override examples = [
    '<%= config.bin %> plan thoth.tenant.yaml --exit-code',
    '<%= config.bin %> plan --prune fleets --save plan.json',
  ];
  static override exitCodes = ['differences'] as const;
  static override args = { file: fileArg };
  static override flags = {
    ...planFlags,
    save: Flags.string({
      description: 'keep the plan in this file, for apply --plan; it holds no secret',
      helpValue: '<file>',
    }),
    'exit-code': Flags.boolean({ description: 'exit 3 when something would change' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const file = await readWithWarnings(this.out, this.args.file);
    const plan = await planTenant(await this.api(), file, changeOptions(flags), this.signal);
    mentionSecretsLeft(this.out, file, plan.changes);
    if (flags.save !== undefined) await replaceFile(flags.save, savedPlan(plan, warningsOf(file)), 0o600);
    return {
      data: {
        tenant_id: plan.tenant_id,
        changes: plan.changes.map(({ wanted: _wanted, ...change }) => change),
      },
      view: { kind: 'text', text: changesText(plan.changes) },
      ...(flags['exit-code'] && plan.changes.length > 0 && { exit: 'differences' as const }),
    };
  }
}
