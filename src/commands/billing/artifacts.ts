import { ThothCommand } from '../../cli/command.js';
import { Flags } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import { downloadStatement } from '../../journeys/billing/index.js';
import type { Column, Result } from '../../output/port.js';

const COLUMNS: readonly Column[] = [
  { key: 'year', header: 'YEAR', kind: 'number' },
  { key: 'month', header: 'MONTH', kind: 'number' },
  { key: 'net_total_cents', header: 'NET CENTS', kind: 'number' },
  { key: 'pdf_url', header: 'PDF', kind: 'id' },
  { key: 'csv_url', header: 'CSV', kind: 'id' },
  { key: 'generated_at', header: 'GENERATED', kind: 'time' },
];

export default class BillingArtifacts extends ThothCommand<typeof BillingArtifacts> {
  static override summary = 'List monthly billing artifacts, or show or download one';
  static override examples = [
    '<%= config.bin %> billing artifacts --year 2026 --month 5',
    '<%= config.bin %> billing artifacts --year 2026 --month 5 --download may.pdf',
  ];
  static override flags = {
    year: Flags.integer({ description: 'only this month: its year', dependsOn: ['month'], min: 2020 }),
    month: Flags.integer({ description: 'only this month: 1 to 12', dependsOn: ['year'], min: 1, max: 12 }),
    limit: Flags.integer({ description: 'at most this many', min: 1 }),
    download: Flags.string({
      description: 'write the statement of the month to this file, which ends in .csv or .pdf',
      dependsOn: ['year', 'month'],
      helpValue: '<file>',
    }),
  };

  async execute(): Promise<Result> {
    const { year, month, limit, download } = this.flags;
    const { signal } = this;
    if (year === undefined && month === undefined) {
      const query = limit === undefined ? {} : { limit };
      const data = await (await this.api()).call('listBillingArtifacts', { query }, { signal });
      const empty = 'No month with usage has ended yet.';
      return { data, view: { kind: 'table', columns: COLUMNS, rows: data.artifacts, empty } };
    }
    if (year === undefined || month === undefined)
      throw usageError('--year and --month belong together', 'give both');
    if (download !== undefined) return downloadStatement(() => this.api(), { year, month }, download, signal);
    return {
      data: await (await this.api()).call('getBillingArtifact', { path: { year, month } }, { signal }),
    };
  }
}
