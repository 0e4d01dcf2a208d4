import { explainCall } from '../../enforce/explain-call.js';
import type { ServerContext } from '../../context.js';
import { operation } from '../operation.js';
import type { Route } from '../port.js';

/** Explaining is reading: a credential that may only ask for decisions does not get to probe the policy without a record. */
export function policyExplainRoutes(context: ServerContext): Route[] {
  return [
    operation('explainPolicy', 'read', async ({ principal, body }) => ({
      status: 200,
      body: await explainCall(context, principal, body),
    })),
  ];
}
