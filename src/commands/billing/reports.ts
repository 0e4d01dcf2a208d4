import { ThothCommand } from '../../cli/command.js';
import { Flags } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import type { Column, Result } from '../../output/port.js';

const COLUMNS: readonly Column[] = [
  { key: 'year', header: 'YEAR', kind: 'number' },
  { key: 'month', header: 'MONTH', kind: 'number' },
  { key: 'net_total_cents', header: 'NET CENTS', kind: 'number' },
  { key: 'generated_at', header: 'GENERATED', kind: 'time' },
];

export default class BillingReports extends ThothCommand<typeof BillingReports> {
  static override summary = 'List billing reports of ended months, or show one';
  static override flags = {
    year: Flags.integer({ description: 'only this month: its year', dependsOn: ['month'], min: 2020 }),
    month: Flags.integer({ description: 'only this month: 1 to 12', dependsOn: ['year'], min: 1, max: 12 }),
  };

  async execute(): Promise<Result> {
    const { year, month } = this.flags;
    const api = await this.api();
    if (year === undefined && month === undefined) {
      const data = await api.call('listBillingReports', {}, { signal: this.signal });
      const rows = data.reports.map((report) => ({ ...report }));
      const empty = 'No month with usage has ended yet.';
      return { data, view: { kind: 'table', columns: COLUMNS, rows, empty } };
    }
    if (year === undefined || month === undefined)
      throw usageError('--year and --month belong together', 'give both');
    return { data: await api.call('getBillingReport', { path: { year, month } }, { signal: this.signal }) };
  }
}
