import type { ServerContext } from '../context.js';
import { HttpError, type Principal } from '../http/port.js';
import { fleetsOf } from '../tenants/scope-targets.js';

/** Of a recorded call, what a key can be limited to. */
export interface CallPlace {
  readonly agentId: unknown;
  /** Read only when the limit of the key asks for it. */
  endpointId(): Promise<unknown>;
}

/**
 * Refuses a key that is limited to another agent, endpoint or fleet than the call came from: 403. As for decisions, a
 * call that names no endpoint is within every fleet, and within no endpoint.
 */
export async function requireOwnTarget(
  context: Pick<ServerContext, 'store'>,
  { tenantId, scope }: Principal,
  call: CallPlace,
): Promise<void> {
  if (scope.level === 'organization') return;
  if (!(await covers())) {
    throw new HttpError(403, 'forbidden', `this key may only act for its own ${scope.level}`);
  }

  async function covers(): Promise<boolean> {
    if (scope.level === 'agent') return call.agentId === scope.targetId;
    const endpointId = await call.endpointId();
    if (scope.level === 'endpoint') return endpointId === scope.targetId;
    if (typeof endpointId !== 'string' || endpointId === '') return true;
    return (
      scope.targetId !== null &&
      (await fleetsOf(context, tenantId, 'endpoint', endpointId)).has(scope.targetId)
    );
  }
}
