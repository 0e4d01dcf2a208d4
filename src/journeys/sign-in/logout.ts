import { ThothctlError } from '../../errors/index.js';
import {
  forgetSession,
  placeOf,
  systemPorts,
  type Connection,
  type ContextPorts,
} from '../../context/index.js';
import type { GovApi } from '../../govapi/client.js';

export interface LogoutResult {
  readonly tenant_id: string;
  /** False when the control plane could not be asked or the credential is no session. */
  readonly revoked: boolean;
  /** Where the credential was, when it was removed from there. */
  readonly removed_from: string | null;
  /** Where a credential still lies that this command does not own. */
  readonly kept_in: string | null;
}

/** Ends the session at the control plane, then forgets it here, whether or not the control plane could be reached. */
export async function logout(
  api: Pick<GovApi, 'call'> | undefined,
  connection: Connection,
  options: { readonly signal?: AbortSignal; readonly warn: (text: string) => void },
  ports: ContextPorts = systemPorts(),
): Promise<LogoutResult> {
  const revoked = api === undefined ? false : await endSession(api, options);
  const { context, credential, tenantId } = connection;
  const inContext =
    context?.credential !== undefined && (credential === undefined || credential.source === 'context');
  const forgotten = inContext ? await forgetSession(ports, context.name) : undefined;
  const place = forgotten === undefined ? undefined : placeOf(forgotten.credential);
  const kept =
    forgotten === undefined ? credential?.origin : forgotten.outcome === 'kept' ? place : undefined;
  return {
    tenant_id: tenantId,
    revoked,
    removed_from: forgotten?.outcome === 'removed' ? (place ?? null) : null,
    kept_in: kept ?? null,
  };
}

async function endSession(
  api: Pick<GovApi, 'call'>,
  options: { readonly signal?: AbortSignal; readonly warn: (text: string) => void },
): Promise<boolean> {
  try {
    return (await api.call('endCliSession', {}, { signal: options.signal })).revoked;
  } catch (cause) {
    if (!(cause instanceof ThothctlError)) throw cause;
    // An expired session is over already; anything else must not keep the user from forgetting it here.
    if (cause.exit !== 'unauthenticated')
      options.warn(`The session could not be ended at the control plane: ${cause.message}`);
    return false;
  }
}
