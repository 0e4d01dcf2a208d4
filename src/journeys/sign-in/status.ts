import type { Connection } from '../../context/index.js';
import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { View } from '../../output/port.js';

export type AuthStatus = OperationOutput<'checkAuth'> & {
  readonly base_url: string;
  readonly context: string | null;
  readonly credential_from: string | null;
};

/** Who the credential is, as the control plane sees it, and where it came from. Never the credential itself. */
export async function authStatus(
  api: Pick<GovApi, 'call'>,
  connection: Connection,
  signal?: AbortSignal,
): Promise<AuthStatus> {
  const who = await api.call('checkAuth', {}, { signal });
  return {
    ...who,
    base_url: connection.baseUrl,
    context: connection.context?.name ?? null,
    credential_from: connection.credential?.origin ?? null,
  };
}

export function statusView(status: AuthStatus): View {
  const scope = status.scope_target_id
    ? `${status.scope_level} ${status.scope_target_id}`
    : status.scope_level;
  return {
    kind: 'record',
    fields: [
      { label: 'Signed in as', value: status.principal },
      { label: 'Tenant', value: status.tenant_id, kind: 'id' },
      { label: 'Control plane', value: status.base_url, kind: 'id' },
      { label: 'Context', value: status.context ?? 'none' },
      { label: 'Credential', value: `${status.kind}, from ${status.credential_from ?? 'nowhere'}` },
      { label: 'Permissions', value: status.permissions.join(', ') },
      { label: 'Scope', value: scope },
      {
        label: 'Expires',
        value: status.expires_at ?? 'never',
        ...(status.expires_at && { kind: 'time' as const }),
      },
    ],
  };
}
