import type { ServerContext } from '../context.js';
import type { Principal } from '../http/port.js';
import type { FindHold } from './find-hold.js';
import { expireHold } from './hold-expiry.js';
import { holdReply, type ApprovalRow } from './hold-reply.js';
import { prepareRead } from './prepared-read.js';

/** Answers polls of holds. A hold that is due is resolved here and now, so that no poll ever sees a stale pending. */
export function holdLookup(
  context: ServerContext,
  find: FindHold,
): (token: string, principal: Principal) => Promise<object> {
  const { read } = context.store;
  const origins = prepareRead(
    read,
    read
      .selectFrom('evidence')
      .select('endpoint_id')
      .where('tenant_id', '=', '')
      .where('chain_index', '=', 0)
      .compile(),
  );

  const stoppedEndpoint = async (row: ApprovalRow): Promise<string | undefined> => {
    const stopped = context.tenants.snapshot(row.tenant_id)?.quarantinedEndpoints;
    if (row.status !== 'approved' || stopped === undefined || stopped.size === 0) return undefined;
    const [origin] = await origins([row.tenant_id, row.chain_index]);
    const endpointId = origin?.endpoint_id;
    return typeof endpointId === 'string' && stopped.has(endpointId) ? endpointId : undefined;
  };

  return async (token, principal) => {
    const row = await find(token, principal);
    if (row.status !== 'pending' || row.expires_at > context.clock.now()) {
      return holdReply(row, await stoppedEndpoint(row));
    }
    await expireHold(context, row);
    return holdReply(await find(token, principal));
  };
}
