import { ThothCommand } from '../../cli/command.js';
import { allFlag, arg, Flags } from '../../cli/flags.js';
import { readList } from '../../cli/list-pages.js';
import { JOB_COLUMNS, jobView, MDM_PROVIDERS } from '../../journeys/mdm/index.js';
import type { Result } from '../../output/port.js';

export default class MdmJobs extends ThothCommand<typeof MdmJobs> {
  static override summary = 'List MDM sync jobs, newest first, or show one';
  static override examples = [
    '<%= config.bin %> mdm jobs --provider jamf',
    '<%= config.bin %> mdm jobs mdmjob_01k3',
  ];
  static override args = {
    job: arg({ description: 'job id, as `mdm sync` and `mdm list` show it; without it jobs are listed' }),
  };
  static override flags = {
    ...allFlag({ limit: true, before: true }),
    provider: Flags.option({ options: MDM_PROVIDERS, description: 'only jobs of this kind of provider' })(),
    limit: Flags.integer({ description: 'at most this many', min: 1, max: 200 }),
    before: Flags.string({ description: 'only jobs older than this one', helpValue: '<job>' }),
  };

  async execute(): Promise<Result> {
    const api = await this.api();
    const { job: jobId } = this.args;
    const options = { signal: this.signal };
    if (jobId !== undefined) {
      const job = await api.call('getMdmSyncJob', { path: { jobId } }, options);
      return { data: job, view: jobView(job) };
    }
    const { provider, limit, before } = this.flags;
    const query = { ...(provider && { provider }), ...(limit && { limit }), ...(before && { before }) };
    const { data, pages } = await readList(
      { govapi: api, flags: this.flags, notice: (text) => this.out.notice(text), ...options },
      'listMdmSyncJobs',
      { query },
      (page) => page.data,
    );
    return {
      data: Object(data),
      view: {
        kind: 'table',
        columns: JOB_COLUMNS,
        rows: pages.flatMap((page) => page.data.map((job) => ({ ...job }))),
        empty: 'No sync has run yet. Start one with `thothctl mdm sync`.',
      },
    };
  }
}
