import { ThothCommand } from '../../cli/command.js';
import { dryRunFlag, Flags } from '../../cli/flags.js';
import { readSyncStatus, syncExit, triggerSync, waitForSync } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicySync extends ThothCommand<typeof PolicySync> {
  static override summary = 'Tell the enforcers to fetch policy now';
  static override examples = [
    '<%= config.bin %> policy sync --wait',
    '<%= config.bin %> policy sync --status',
  ];
  static override exitCodes = ['pending', 'checkFailed', 'partial'] as const;
  static override flags = {
    ...dryRunFlag,
    wait: Flags.boolean({ description: 'wait until the run ends' }),
    'wait-timeout': Flags.integer({ description: 'seconds to wait', default: 180, min: 1 }),
    status: Flags.boolean({ description: 'only show the state of the latest run' }),
  };

  async execute(): Promise<Result> {
    const api = await this.api();
    if (this.flags.status) return { data: await readSyncStatus(api, this.signal) };
    if (this.dryRun)
      return { data: { dry_run: true, tenant_id: api.tenantId, would: 'trigger a policy sync' } };
    const started = await triggerSync(api, this.signal);
    if (!this.flags.wait) return { data: started, exit: syncExit(started) };
    const progress = this.out.progress('policy sync');
    try {
      const ended = await waitForSync(api, started, {
        intervalSeconds: 2,
        timeoutSeconds: this.flags['wait-timeout'],
        signal: this.signal,
        onPoll: (status) => progress.update(`policy sync: ${status.status}`),
      });
      progress.done();
      return { data: ended, exit: syncExit(ended) };
    } catch (cause) {
      progress.fail();
      throw cause;
    }
  }
}
