import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags, ownFormats } from '../../cli/flags.js';
import { provenanceFlags } from '../../cli/provenance-flags.js';
import { usageError } from '../../errors/index.js';
import {
  applySteps,
  detailChanges,
  differenceForms,
  diffReport,
  faultText,
  planPush,
  readPlan,
  readProvenance,
  requireUnmoved,
  syncAndWait,
  type PushPlan,
} from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyPush extends ThothCommand<typeof PolicyPush> {
  static override summary =
    'Bring the bundles of the tenant in line with a directory, sending only what changed';
  static override description =
    'Every .cedar and .rego file is a bundle named by its path; thoth.policy.yaml gives other names, assignments, mode and status. ' +
    'A file that does not parse stops the push before the first change, and all changes take effect together or not at all. ' +
    'A control plane that cannot do that is refused unless --no-atomic is given. Bundles the directory does not name are left alone unless --prune is given.';
  static override examples = [
    '<%= config.bin %> policy push policies/',
    '<%= config.bin %> policy push policies/ --stage',
    '<%= config.bin %> policy push --plan plan.json --wait',
  ];
  static override exitCodes = ['conflict', 'pending', 'checkFailed', 'partial'] as const;
  static override args = {
    path: arg({ description: 'directory, or one policy file; that of the plan with --plan' }),
  };
  static override flags = {
    ...dryRunFlag,
    plan: Flags.string({
      description: 'carry out this saved plan, and nothing else',
      helpValue: '<file>',
      exclusive: ['stage', 'prune'],
    }),
    stage: Flags.boolean({
      description: 'observe what changes first; `policy promote` puts it in force',
      default: false,
    }),
    prune: Flags.boolean({ description: 'delete bundles the directory does not name', default: false }),
    'no-atomic': Flags.boolean({
      description: 'where changes cannot be made as one: stage all, promote, undo on failure',
      default: false,
    }),
    wait: Flags.boolean({ description: 'wait until the enforcers have it' }),
    'wait-timeout': Flags.integer({ description: 'seconds to wait', default: 180, min: 1 }),
    ...provenanceFlags,
    ...ownFormats('markdown'),
  };

  async execute(): Promise<Result> {
    const api = await this.api({ longLived: true });
    const { path, plan } = await this.#plan();
    for (const warning of plan.warnings) this.out.warn(faultText(warning));
    const deletions = plan.steps.filter(({ action }) => action === 'delete');
    const report = diffReport(api.tenantId, plan.diff, deletions);
    // What a push replaces is fetched only for whoever reads it.
    const shown = this.flags.format === 'markdown' || this.dryRun;
    const detailed = shown ? await detailChanges(api, plan.diff, this.signal) : { details: [], omitted: 0 };
    const forms = differenceForms('Policy push', plan.diff, detailed, deletions);
    if (plan.steps.length === 0)
      this.out.notice(
        `Nothing to push: ${report.unchanged === 1 ? 'the bundle is' : `all ${report.unchanged} bundles are`} up to date.`,
      );
    if (this.dryRun) return { data: { sent: [], dry_run: true, ...report, ...detailed }, ...forms };
    if (deletions.length > 0)
      await this.confirm(`Delete every version of ${deletions.map(({ name }) => name).join(', ')}?`);
    const sent = plan.steps.length === 0 ? [] : await this.#send(path, plan);
    const sync = this.flags.wait && sent.length > 0 ? await this.#wait() : undefined;
    return {
      data: { sent, dry_run: false, ...report, ...(sync && { sync: sync.status }) },
      ...forms,
      ...(sync && { exit: sync.exit }),
    };
  }

  async #plan(): Promise<{ readonly path: string; readonly plan: PushPlan }> {
    const api = await this.api();
    const { plan: file, stage, prune } = this.flags;
    const { signal } = this;
    if (file === undefined) {
      const { path } = this.args;
      if (path === undefined) throw usageError('which policies?', 'give a directory, or --plan FILE');
      return { path, plan: await planPush(api, path, { stage, prune, signal }) };
    }
    const saved = await readPlan(api, file);
    const path = this.args.path ?? saved.directory;
    const plan = await planPush(api, path, { stage: saved.stage, prune: saved.prune, signal });
    requireUnmoved(saved, plan);
    return { path, plan };
  }

  async #send(path: string, plan: PushPlan): Promise<readonly object[]> {
    const total = plan.steps.length;
    const progress = this.out.progress(`pushing ${total} bundles`);
    const { 'git-commit': commit, 'git-author': author, 'run-url': runUrl } = this.flags;
    try {
      const sent = await applySteps(await this.api(), plan.steps, {
        oneByOne: this.flags['no-atomic'],
        provenance: await readProvenance(path, { commit, author, runUrl }),
        signal: this.signal,
        onProgress: (done, all) => progress.update('pushing bundles', done, all),
      });
      progress.done();
      this.out.notice(`${sent.length} of ${plan.diff.changes.length} bundles sent.`);
      return sent;
    } catch (cause) {
      progress.fail();
      throw cause;
    }
  }

  async #wait(): ReturnType<typeof syncAndWait> {
    const progress = this.out.progress('waiting for the enforcers');
    try {
      const ended = await syncAndWait(await this.api(), {
        timeoutSeconds: this.flags['wait-timeout'],
        signal: this.signal,
        onPoll: ({ status }) => progress.update(`policy sync: ${status}`),
      });
      progress.done();
      return ended;
    } catch (cause) {
      progress.fail();
      throw cause;
    }
  }
}
