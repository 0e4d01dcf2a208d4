import { ThothCommand } from '../../cli/command.js';
import { BUNDLE_COLUMNS, newestBundles } from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyList extends ThothCommand<typeof PolicyList> {
  static override summary = 'List the newest version of every policy bundle';

  async execute(): Promise<Result> {
    const data = await newestBundles(await this.api(), this.signal);
    return {
      data: { data, total: data.length },
      view: {
        kind: 'table',
        columns: BUNDLE_COLUMNS,
        rows: data.map((bundle) => ({ ...bundle })),
        empty: 'No policy bundles yet. Send some with `thothctl policy push DIR`.',
      },
    };
  }
}
