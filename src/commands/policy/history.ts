import { ThothCommand } from '../../cli/command.js';
import { arg } from '../../cli/flags.js';
import { bundleHistory, HISTORY_COLUMNS, historyRows } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyHistory extends ThothCommand<typeof PolicyHistory> {
  static override summary =
    'List every version of one policy bundle, newest first, with the commit and the pipeline that made it';
  static override args = { name: arg({ description: 'bundle name', required: true }) };

  async execute(): Promise<Result> {
    const data = await bundleHistory(await this.api(), this.args.name, this.signal);
    return {
      data: { data, total: data.length },
      view: { kind: 'table', columns: HISTORY_COLUMNS, rows: historyRows(data) },
    };
  }
}
