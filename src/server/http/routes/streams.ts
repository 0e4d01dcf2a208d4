import type { ControlContext } from '../control-context.js';
import { presentedCredential } from '../credential-headers.js';
import type { Route, RouteContext } from '../port.js';
import { follow, type ReadRows } from './streams/follow.js';
import { readApprovals, readFeed, readViolations } from './streams/stream-rows.js';

/** Live tails of violations, decisions and approvals. */
export function streamRoutes(context: ControlContext): Route[] {
  const tail = (operationId: string, read: ReadRows): Route => ({
    operationId,
    permission: 'read',
    handle: (request) => follow(context, request, read, stillGranted(context, request)),
  });
  return [
    tail('streamViolations', readViolations(context.store)),
    tail('streamFeed', readFeed(context.store)),
    tail('streamApprovals', readApprovals(context.store)),
  ];
}

/** A stream outlives the request that opened it, so a credential that was revoked or expired since must end it. */
function stillGranted({ credentials, clock }: ControlContext, request: RouteContext): () => void {
  const plaintext = presentedCredential(request.raw.request.headers) ?? '';
  return () => void credentials.authenticate(plaintext, clock.now());
}
