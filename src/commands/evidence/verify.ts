import { ThothCommand } from '../../cli/command.js';
import { arg, Flags } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import {
  reportExit,
  reportView,
  verifyAtServer,
  verifyDownloaded,
  verifyLocalFile,
  type EvidenceReport,
} from '../../journeys/evidence-check/index.js';
import type { Result } from '../../output/port.js';

export default class EvidenceVerify extends ThothCommand<typeof EvidenceVerify> {
  static override summary = 'Verify the evidence chain: exit 0 verified, 10 broken, 11 could not be verified';
  static override description =
    'Without a file the chain is downloaded and recomputed here, and its signed end is kept so that a later truncation is noticed. With a file no connection is made.';
  static override examples = [
    '<%= config.bin %> evidence verify',
    '<%= config.bin %> evidence verify export.ndjson --keys keys.json --head head.json',
  ];
  static override exitCodes = ['checkFailed', 'checkIncomplete'] as const;
  static override args = { file: arg({ description: 'export, page of the chain or session bundle' }) };
  static override flags = {
    online: Flags.boolean({ description: 'take the word of the control plane instead of recomputing' }),
    limit: Flags.integer({
      description: 'with --online: check only this many records',
      min: 1,
      dependsOn: ['online'],
    }),
    keys: Flags.string({ description: 'trust only the public keys in this file', helpValue: '<file>' }),
    head: Flags.string({
      description:
        'signed head the chain must contain; without a file argument it is replaced by the new one',
      helpValue: '<file>',
    }),
  };

  async execute(): Promise<Result> {
    const report = await this.#check();
    return { data: report, view: reportView(report), exit: reportExit(report) };
  }

  async #check(): Promise<EvidenceReport> {
    const trust = { headFile: this.flags.head, keysFile: this.flags.keys };
    const { file } = this.args;
    if (file !== undefined) {
      if (this.flags.online)
        throw usageError('--online and a file contradict each other', 'give one of them');
      return verifyLocalFile(file, trust);
    }
    const api = await this.api({ longLived: true });
    if (this.flags.online) return verifyAtServer(api, this.signal, this.flags.limit);
    const progress = this.out.progress('verifying evidence');
    try {
      return await verifyDownloaded(api, {
        ...trust,
        signal: this.signal,
        notice: (text) => this.out.notice(text),
        onPage: (records, of) => progress.update('verifying evidence', records, of),
      });
    } finally {
      progress.done();
    }
  }
}
