import type { ServerContext } from '../../context.js';
import type { Route } from '../port.js';
import { follow } from './streams/follow.js';
import { readApprovals, readFeed, readViolations } from './streams/stream-rows.js';

/** Live tails of violations, decisions and approvals. */
export function streamRoutes(context: ServerContext): Route[] {
  const violations = readViolations(context.store);
  const feed = readFeed(context.store);
  const approvals = readApprovals(context.store);
  return [
    {
      operationId: 'streamViolations',
      permission: 'read',
      handle: (request) => follow(context, request, violations),
    },
    { operationId: 'streamFeed', permission: 'read', handle: (request) => follow(context, request, feed) },
    {
      operationId: 'streamApprovals',
      permission: 'read',
      handle: (request) => follow(context, request, approvals),
    },
  ];
}
