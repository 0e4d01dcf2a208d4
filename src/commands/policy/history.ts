import { ThothCommand } from '../../cli/command.js';
import { arg } from '../../cli/flags.js';
import { BUNDLE_COLUMNS, bundleHistory } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyHistory extends ThothCommand<typeof PolicyHistory> {
  static override summary = 'List every version of one policy bundle, newest first';
  static override args = { name: arg({ description: 'bundle name', required: true }) };

  async execute(): Promise<Result> {
    const data = await bundleHistory(await this.api(), this.args.name, this.signal);
    return {
      data: { data, total: data.length },
      view: { kind: 'table', columns: BUNDLE_COLUMNS, rows: data.map((bundle) => ({ ...bundle })) },
    };
  }
}
