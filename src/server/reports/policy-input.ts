import type { ServerContext } from '../context.js';
import { HttpError } from '../http/port.js';

const DAY_MS = 86_400_000;

/** The redacted policy input of the decision at an index of the chain. */
export async function policyInput(
  context: ServerContext,
  tenantId: string,
  chainIndex: number,
): Promise<object> {
  const row = await context.store.read
    .selectFrom('policy_inputs')
    .innerJoin('evidence', (join) =>
      join
        .onRef('evidence.tenant_id', '=', 'policy_inputs.tenant_id')
        .onRef('evidence.chain_index', '=', 'policy_inputs.chain_index'),
    )
    .select([
      'policy_inputs.digest',
      'policy_inputs.input',
      'policy_inputs.recorded_at',
      'evidence.evidence_id',
    ])
    .where('policy_inputs.tenant_id', '=', tenantId)
    .where('policy_inputs.chain_index', '=', chainIndex)
    .executeTakeFirst();
  if (row === undefined) {
    throw new HttpError(404, 'not_found', `no policy input is kept for record ${chainIndex}`);
  }
  const input: unknown = JSON.parse(row.input);
  return {
    chain_index: chainIndex,
    evidence_id: row.evidence_id,
    digest: row.digest,
    input,
    expires_at: new Date(row.recorded_at + context.options.policyInputRetentionDays * DAY_MS).toISOString(),
  };
}
