import type { ServerContext } from '../../context.js';
import { HttpError } from '../../http/port.js';
import type { ExceptionRow } from './exception-row.js';

type Context = Pick<ServerContext, 'store'>;

/** One exception, or 404. */
export async function findException(
  { store }: Context,
  tenantId: string,
  requestId: string,
): Promise<ExceptionRow> {
  const row = await store.read
    .selectFrom('policy_exceptions')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  if (row === undefined) throw new HttpError(404, 'not_found', 'no such policy exception');
  return row;
}

/** Writes what a review or an apply may change. */
export function updateException({ store }: Context, row: ExceptionRow) {
  const { status, reviewed_by, document, override, override_revoked_at, updated_at } = row;
  return store.build
    .updateTable('policy_exceptions')
    .set({ status, reviewed_by, document, override, override_revoked_at, updated_at })
    .where('tenant_id', '=', row.tenant_id)
    .where('request_id', '=', row.request_id)
    .compile();
}
