import { ThothCommand } from '../../../cli/command.js';
import { arg, dryRunFlag } from '../../../cli/flags.js';
import { readBody } from '../../../journeys/raw-call/index.js';
import { usageError } from '../../../errors/index.js';
import type { Result } from '../../../output/port.js';

export default class DecisionMetadataCollect extends ThothCommand<typeof DecisionMetadataCollect> {
  static override summary = 'Hand an exported batch of decisions to this control plane; safe to repeat';
  static override examples = ['<%= config.bin %> governance decision-metadata collect batch.json'];
  static override args = {
    file: arg({ description: 'exported batch, or - for stdin', required: true }),
  };
  static override flags = { ...dryRunFlag };

  async execute(): Promise<Result> {
    const body = await readBody(this.args.file);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw usageError('the batch must be a JSON object', 'give the file an export wrote');
    }
    const api = await this.api();
    if (this.dryRun)
      return { data: { dry_run: true, tenant_id: api.tenantId, would_collect: this.args.file } };
    return {
      data: await api.call('collectDecisionMetadata', { body: { ...body } }, { signal: this.signal }),
    };
  }
}
