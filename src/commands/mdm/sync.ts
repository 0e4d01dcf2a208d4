import { ThothCommand } from '../../cli/command.js';
import { arg, dryRunFlag, Flags } from '../../cli/flags.js';
import { jobExit, jobView, MDM_PROVIDERS, startSync, waitForJob } from '../../journeys/mdm/index.js';
import type { Result } from '../../output/port.js';

export default class MdmSync extends ThothCommand<typeof MdmSync> {
  static override summary = 'Start a sync of an MDM provider';
  static override description =
    'Without --wait the sync goes on in the background: `mdm jobs` shows how far it is. With it the exit code is 10 when the job failed, and 12 when it succeeded but some rows of the inventory could not become endpoints; they are listed.';
  static override examples = ['<%= config.bin %> mdm sync jamf --wait'];
  static override exitCodes = ['pending', 'checkFailed', 'partial'] as const;
  static override args = {
    provider: arg({ description: 'kind of provider', required: true, options: MDM_PROVIDERS }),
  };
  static override flags = {
    ...dryRunFlag,
    wait: Flags.boolean({ description: 'wait until the job ends' }),
    'wait-timeout': Flags.integer({ description: 'seconds to wait', default: 300, min: 1 }),
  };

  async execute(): Promise<Result> {
    const api = await this.api();
    const { provider } = this.args;
    if (this.dryRun) return { data: { dry_run: true, tenant_id: api.tenantId, would_sync: provider } };
    const job = await startSync(api, provider, this.signal);
    if (!this.flags.wait) return { data: job, view: jobView(job) };
    const progress = this.out.progress(`${provider} sync ${job.job_id}`);
    try {
      const ended = await waitForJob(api, job, {
        timeoutSeconds: this.flags['wait-timeout'],
        signal: this.signal,
        onPoll: (now) =>
          progress.update(
            `${provider} sync: ${now.status}, page ${(now.pages ?? 0) + 1}`,
            now.devices_seen,
            now.total_devices ?? undefined,
          ),
      });
      progress.done();
      return { data: ended, view: jobView(ended), exit: jobExit(ended) };
    } catch (cause) {
      progress.fail();
      throw cause;
    }
  }
}
