import type { ServerContext } from '../../context.js';
import { isObject } from '../../enforce/call-request.js';
import { Enforcement } from '../../enforce/enforcement.js';
import { eventIngest } from '../../enforce/event-ingest.js';
import { explanation } from '../../enforce/explanation.js';
import { holdFinder } from '../../enforce/find-hold.js';
import { holdAnswering, readHoldAnswer } from '../../enforce/hold-answer.js';
import { holdLookup } from '../../enforce/hold-lookup.js';
import { withdrawHold } from '../../enforce/hold-withdrawal.js';
import { requireOwnTarget } from '../../enforce/own-target.js';
import { startHousekeeping } from '../../enforce/housekeeping.js';
import { findViolation } from '../../reports/violations.js';
import { HttpError, type Route } from '../port.js';

/** The data plane. */
export function enforceRoutes(context: ServerContext): Route[] {
  const enforcement = new Enforcement(context);
  const find = holdFinder(context);
  const hold = holdLookup(context, find);
  const answer = holdAnswering(context, find);
  const ingest = eventIngest(context);
  startHousekeeping(context);
  return [
    {
      operationId: 'checkEnforcement',
      permission: 'execute',
      narrowsBody: true,
      async handle({ body, principal }) {
        return { status: 200, body: await enforcement.decide(body, principal) };
      },
    },
    {
      operationId: 'getHold',
      permission: 'execute',
      async handle({ params, principal }) {
        return { status: 200, body: await hold(params.hold_token ?? '', principal) };
      },
    },
    {
      operationId: 'answerHold',
      permission: 'execute',
      async handle({ params, body, principal, provenance }) {
        const said = readHoldAnswer(body);
        return { status: 200, body: await answer(params.hold_token ?? '', said, { principal, provenance }) };
      },
    },
    {
      operationId: 'withdrawHold',
      permission: 'execute',
      async handle({ params, principal, provenance }) {
        const token = params.hold_token ?? '';
        return { status: 200, body: await withdrawHold(context, find, { token, principal, provenance }) };
      },
    },
    {
      operationId: 'ingestEvents',
      permission: 'write',
      // Who may ask for decisions may report on them; else every agent would need a key that can change policy.
      orPermission: 'execute',
      narrowsBody: true,
      async handle({ body, principal, raw }) {
        const ack = await ingest(body, principal);
        // No SDK reads the reply, and Go keeps its connection only when there is none.
        return wantsBody(raw.request.headers.prefer) ? { status: 202, body: ack } : { status: 202 };
      },
    },
    {
      operationId: 'explainDecision',
      permission: 'execute',
      async handle({ body, principal }) {
        const id = isObject(body) && typeof body.violation_id === 'string' ? body.violation_id : '';
        const record = id === '' ? undefined : await findViolation(context.store, principal.tenantId, id);
        if (record === undefined)
          throw new HttpError(404, 'not_found', 'there is no such violation to explain');
        await requireOwnTarget(context, principal, {
          agentId: record.agent_id,
          endpointId: async () => record['endpoint_id'],
        });
        return { status: 200, body: explanation(record) };
      },
    },
  ];
}

function wantsBody(prefer: string | string[] | undefined): boolean {
  const text = Array.isArray(prefer) ? prefer.join(',') : (prefer ?? '');
  return text.split(/[,;]/).some((wish) => wish.trim().toLowerCase() === 'return=representation');
}
