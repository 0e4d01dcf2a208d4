import type { ServerContext } from '../context.js';
import { HttpError, type Principal } from '../http/port.js';
import type { ApprovalRow } from './hold-reply.js';
import { requireOwnTarget } from './own-target.js';
import { prepareRead } from './prepared-read.js';

/** The hold behind a token, for a credential that may know of it. Throws 404 and 403. */
export type FindHold = (token: string, principal: Principal) => Promise<ApprovalRow>;

export function holdFinder(context: Pick<ServerContext, 'store'>): FindHold {
  const { store } = context;
  const endpointOf = async (row: ApprovalRow): Promise<unknown> => {
    const origin = await store.read
      .selectFrom('evidence')
      .select('endpoint_id')
      .where('tenant_id', '=', row.tenant_id)
      .where('chain_index', '=', row.chain_index)
      .executeTakeFirst();
    return origin?.endpoint_id;
  };
  const rows = prepareRead(
    store.read,
    store.read
      .selectFrom('approvals')
      .selectAll()
      .where('tenant_id', '=', '')
      .where('hold_token', '=', '')
      .compile(),
  );
  return async (token, principal) => {
    const [row] = await rows([principal.tenantId, token]);
    // A token of another tenant is as unknown as one that was never issued.
    if (row === undefined) throw new HttpError(404, 'not_found', 'no such hold');
    await requireOwnTarget(context, principal, {
      agentId: row.agent_id,
      endpointId: () => endpointOf(row),
    });
    return row;
  };
}
