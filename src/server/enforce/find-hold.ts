import type { ServerContext } from '../context.js';
import { HttpError, type Principal } from '../http/port.js';
import type { ApprovalRow } from './hold-reply.js';
import { prepareRead } from './prepared-read.js';

/** The hold behind a token, for a credential that may know of it. Throws 404 and 403. */
export type FindHold = (token: string, principal: Principal) => Promise<ApprovalRow>;

export function holdFinder({ store }: Pick<ServerContext, 'store'>): FindHold {
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
    if (principal.scope.level === 'agent' && row.agent_id !== principal.scope.targetId) {
      throw new HttpError(403, 'forbidden', 'this key may only act for its own agent');
    }
    return row;
  };
}
