import { ThothCommand } from '../cli/command.js';
import { dryRunFlag, Flags, repeatable } from '../cli/flags.js';
import { usageError } from '../errors/index.js';
import { changeOptions, fileArg, planFlags } from '../journeys/tenant-apply/flags.js';
import {
  applyInOrder,
  applyWithProgress,
  mentionSecretsLeft,
  readWithWarnings,
} from '../journeys/tenant-apply/index.js';
import type { Result } from '../output/port.js';
import { changesText, planTenant, readSavedPlan, requireUnchanged, type Change } from '../tenant/index.js';

export default class Apply extends ThothCommand<typeof Apply> {
  static override summary = 'Make the tenant what the file says';
  static override description = `Shows the changes and asks; nothing that the file does not name is touched, unless its section is given with --prune. Applying again changes nothing.

With --to-context, several tenants get the same file in that order: the first is the canary, and a failure stops the rest.`;
  static override examples = [
    '<%= config.bin %> apply thoth.tenant.yaml',
    '<%= config.bin %> apply --plan plan.json',
    '<%= config.bin %> apply --to-context canary --to-context prod-eu --to-context prod-us --yes',
  ];
  static override exitCodes = ['partial'] as const;
  static override args = { file: fileArg };
  static override flags = {
    ...dryRunFlag,
    ...planFlags,
    plan: Flags.string({
      description: 'a plan saved by `thothctl plan --save`; refused when the tenant changed since',
      helpValue: '<file>',
    }),
    'to-context': repeatable({
      description: 'saved context to apply to; repeatable, in order',
      helpValue: '<name>',
    }),
  };

  async execute(): Promise<Result> {
    const { flags, args } = this;
    if (flags.plan === undefined)
      return flags['to-context'] === undefined ? this.#one() : this.#several(flags['to-context']);
    if (
      args.file !== undefined ||
      flags.prune !== undefined ||
      flags.secrets ||
      flags['to-context'] !== undefined
    )
      throw usageError(
        'A saved plan says already what is applied.',
        'Give --plan alone, or a file without it.',
      );
    const plan = await readSavedPlan(flags.plan);
    for (const warning of plan.warnings ?? []) this.out.warn(warning);
    const api = await this.api();
    await requireUnchanged(api, plan, this.signal);
    if (!this.dryRun)
      await applyWithProgress(api, plan.changes, { out: this.out, signal: this.signal, folder: plan.folder });
    return this.#result(api.tenantId, plan.changes);
  }

  async #one(): Promise<Result> {
    const file = await readWithWarnings(this.out, this.args.file);
    const api = await this.api();
    const { changes } = await planTenant(api, file, changeOptions(this.flags), this.signal);
    mentionSecretsLeft(this.out, file, changes);
    if (!this.dryRun && changes.length > 0) {
      this.out.notice(changesText(changes));
      await this.confirm(`Make ${changes.length === 1 ? 'this change' : `these ${changes.length} changes`}?`);
      await applyWithProgress(api, changes, { out: this.out, signal: this.signal, folder: file.folder });
    }
    return this.#result(api.tenantId, changes);
  }

  async #several(names: readonly string[]): Promise<Result> {
    const file = await readWithWarnings(this.out, this.args.file);
    const options = changeOptions(this.flags);
    const apis = await Promise.all(names.map((name) => this.apiOf(name)));
    try {
      const contexts = [];
      for (const [index, api] of apis.entries()) {
        const { changes } = await planTenant(api, file, options, this.signal);
        contexts.push({ name: names[index] ?? '', api, changes });
      }
      for (const { name, changes } of contexts) this.out.notice(`${name}:\n${changesText(changes)}`);
      if (this.dryRun)
        return {
          data: {
            dry_run: true,
            tenants: contexts.map(({ name, changes }) => ({ context: name, changes: changes.length })),
          },
        };
      if (contexts.some(({ changes }) => changes.length > 0))
        await this.confirm(`Change ${contexts.length} tenants, ${names[0] ?? ''} first?`);
      const tenants = await applyInOrder(contexts, file, options, {
        out: this.out,
        signal: this.signal,
        folder: file.folder,
      });
      const failed = tenants.some(({ status }) => status === 'failed');
      return {
        data: { tenants },
        view: {
          kind: 'table',
          columns: [
            { key: 'context', header: 'CONTEXT', kind: 'id' },
            { key: 'tenant_id', header: 'TENANT', kind: 'id' },
            { key: 'status', header: 'STATUS', kind: 'state' },
            { key: 'changes', header: 'CHANGES', kind: 'number' },
            { key: 'error', header: 'ERROR' },
          ],
          rows: tenants.map((tenant) => ({ ...tenant })),
        },
        ...(failed && { exit: 'partial' as const }),
      };
    } finally {
      await Promise.all(apis.map((api) => api.close()));
    }
  }

  #result(tenantId: string, changes: readonly Change[]): Result {
    const made = changes.map(({ section, identity, action }) => ({ section, identity, action }));
    return {
      data: { ...(this.dryRun && { dry_run: true }), tenant_id: tenantId, changes: made },
      view: {
        kind: 'text',
        text: this.dryRun
          ? changesText(changes)
          : changes.length === 0
            ? 'Nothing to do.'
            : `${counted(changes)} made.`,
      },
    };
  }
}

const counted = ({ length }: readonly Change[]): string => `${length} ${length === 1 ? 'change' : 'changes'}`;
