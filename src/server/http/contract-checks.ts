import { describeIssues, loadSchemas, type Issue, type Schema } from '../../contract/validators.js';
import type { Endpoint } from './endpoint-table.js';
import { HttpError, type RouteReply } from './port.js';

/** Requests, and on demand replies, held against the contract. */
export interface ContractChecks {
  /** The validated body; undefined when the operation needs none and none (or `null`) came. */
  body(endpoint: Endpoint, value: unknown): unknown;
  query(endpoint: Endpoint, query: Readonly<Record<string, string>>): void;
  reply(endpoint: Endpoint, reply: Exclude<RouteReply, 'streamed'>): void;
}

interface Checked {
  readonly request: Schema<unknown> | undefined;
  readonly query: Schema<unknown>;
  readonly responses: Readonly<Record<number, () => Schema<unknown>>>;
}

const ISSUES_TOLD = 20;

/** Loads the validators of all endpoints once, so that checking a request never waits. */
export async function loadContractChecks(
  endpoints: readonly Pick<Endpoint, 'operationId'>[],
  options: { readonly validateResponses: boolean },
): Promise<ContractChecks> {
  const checked = new Map<string, Checked>();
  for (const { operationId } of endpoints) {
    const schemas = await loadSchemas(operationId);
    checked.set(operationId, {
      request: schemas.request?.(),
      query: schemas.query(),
      responses: schemas.responses,
    });
  }

  return {
    body(endpoint, value) {
      if ((value === undefined || value === null) && !endpoint.bodyRequired) return undefined;
      if (value === undefined) throw new HttpError(400, 'invalid_request', 'a JSON body is required');
      const schema = checked.get(endpoint.operationId)?.request;
      if (schema === undefined) return value;
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      throw refusal('the body', describeIssues(result.error));
    },
    query(endpoint, query) {
      const result = checked.get(endpoint.operationId)?.query.safeParse(query);
      if (result?.success === false) throw refusal('the query', describeIssues(result.error));
    },
    reply(endpoint, reply) {
      if (!options.validateResponses) return;
      const schemas = checked.get(endpoint.operationId);
      const schema = schemas?.responses[reply.status]?.();
      if (schema === undefined) {
        if (reply.body === undefined || reply.body === null) return;
        throw violation(endpoint, reply.status, [{ path: '', message: 'a body the contract does not have' }]);
      }
      // Checked as the client will see it: undefined members are gone, dates are text.
      const sent: unknown = JSON.parse(JSON.stringify(reply.body ?? {}));
      const result = schema.safeParse(sent);
      if (!result.success) throw violation(endpoint, reply.status, describeIssues(result.error));
    },
  };
}

function refusal(subject: string, issues: readonly Issue[]): HttpError {
  const told = issues.slice(0, ISSUES_TOLD);
  const first = told[0];
  const where = first === undefined || first.path === '' ? subject : first.path;
  return new HttpError(400, 'invalid_request', `${where} ${first?.message ?? 'is not valid'}`, {
    issues: told,
  });
}

function violation(endpoint: Endpoint, status: number, issues: readonly Issue[]): HttpError {
  const text = issues.map((issue) => `${issue.path} ${issue.message}`).join('; ');
  return new HttpError(
    500,
    'contract_violation',
    `the reply ${status} of ${endpoint.operationId} breaks the contract: ${text}`,
    { issues: issues.slice(0, ISSUES_TOLD) },
  );
}
