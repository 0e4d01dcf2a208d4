import { ThothCommand } from '../../cli/command.js';
import { arg } from '../../cli/flags.js';
import { exportChain } from '../../journeys/evidence-check/index.js';
import type { Result } from '../../output/port.js';

export default class EvidenceExport extends ThothCommand<typeof EvidenceExport> {
  static override summary = 'Write the whole chain to a file that anyone can verify without a connection';
  static override examples = [
    '<%= config.bin %> evidence export chain.ndjson && <%= config.bin %> evidence verify chain.ndjson',
  ];
  static override args = { file: arg({ description: 'file to write', required: true }) };

  async execute(): Promise<Result> {
    const progress = this.out.progress('exporting evidence');
    try {
      const data = await exportChain(await this.api({ longLived: true }), this.args.file, {
        signal: this.signal,
        onPage: (records, of) => progress.update('exporting evidence', records, of),
      });
      return { data };
    } finally {
      progress.done();
    }
  }
}
