import type { OperationId, OperationOutput, OperationTypes } from '../../contract/index.js';
import type { Permission, Route, RouteContext } from './port.js';

/** A request whose body has the type its operation's validator accepts. */
export type OperationRequest<Id extends OperationId> = Omit<RouteContext, 'body'> & {
  readonly body: OperationTypes[Id]['body'];
};

interface OperationReply<Id extends OperationId> {
  readonly status: number;
  readonly body?: OperationOutput<Id> & object;
}

/** Declares a route whose body and reply are typed by the contract. */
export function operation<Id extends OperationId>(
  operationId: Id,
  permission: Permission | 'none',
  handle: (request: OperationRequest<Id>) => Promise<OperationReply<Id>>,
): Route {
  return {
    operationId,
    permission,
    // The one place where a body changes its type: the frame has parsed it with this very operation's validator.
    handle: (request) => handle(request as OperationRequest<Id>),
  };
}
