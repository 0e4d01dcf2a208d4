import { operationEntry } from '../../contract/index.js';
import { describeIssues, loadSchemas, type Issue, type Schema } from '../../contract/validators.js';
import type { Endpoint } from './endpoint-table.js';
import { unkeepable } from './json-bounds.js';
import { HttpError, type RouteReply } from './port.js';

/** Requests, and on demand replies, held against the contract. */
export interface ContractChecks {
  /** The validated body; undefined when the operation needs none and none (or `null`) came. */
  body(endpoint: Endpoint, value: unknown): unknown;
  query(endpoint: Endpoint, query: Readonly<Record<string, string>>): void;
  reply(endpoint: Endpoint, reply: Exclude<RouteReply, 'streamed'>): void;
  /** The breach of an error body, to be answered in its place; undefined when it conforms or nobody checks. */
  error(dataPlane: boolean, body: object): HttpError | undefined;
}

interface Checked {
  readonly request: Schema<unknown> | undefined;
  readonly query: Schema<unknown>;
  readonly responses: Readonly<Record<number, () => Schema<unknown>>>;
  readonly success: readonly number[];
}

const ISSUES_TOLD = 20;

/** Loads the validators of all endpoints once, so that checking a request never waits. */
export async function loadContractChecks(
  endpoints: readonly Pick<Endpoint, 'operationId' | 'dataPlane'>[],
  options: { readonly validateResponses: boolean },
): Promise<ContractChecks> {
  const checked = new Map<string, Checked>();
  // All operations of a plane share one error body, which also answers paths that lead nowhere.
  const errors = new Map<boolean, Schema<unknown>>();
  for (const { operationId, dataPlane } of endpoints) {
    const schemas = await loadSchemas(operationId);
    if (options.validateResponses && !errors.has(dataPlane)) errors.set(dataPlane, schemas.error());
    checked.set(operationId, {
      request: schemas.request?.(),
      query: schemas.query(),
      responses: schemas.responses,
      success: operationEntry(operationId).success,
    });
  }

  return {
    body(endpoint, value) {
      if ((value === undefined || value === null) && !endpoint.bodyRequired) return undefined;
      if (value === undefined) throw new HttpError(400, 'invalid_request', 'a JSON body is required');
      const problem = unkeepable(value);
      if (problem !== undefined) throw new HttpError(400, 'invalid_request', `the body ${problem}`);
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
      if (schemas?.success.includes(reply.status) === false) {
        throw violation(endpoint.operationId, reply.status, [
          { path: '', message: 'a status the contract does not have' },
        ]);
      }
      const schema = schemas?.responses[reply.status]?.();
      if (schema === undefined) {
        if (reply.body === undefined || reply.body === null) return;
        throw violation(endpoint.operationId, reply.status, [
          { path: '', message: 'a body the contract does not have' },
        ]);
      }
      // Checked as the client will see it: undefined members are gone, dates are text.
      const sent: unknown = JSON.parse(JSON.stringify(reply.body ?? {}));
      const result = schema.safeParse(sent);
      if (!result.success) throw violation(endpoint.operationId, reply.status, describeIssues(result.error));
    },
    error(dataPlane, body) {
      const sent: unknown = JSON.parse(JSON.stringify(body));
      const result = errors.get(dataPlane)?.safeParse(sent);
      if (result?.error === undefined) return undefined;
      return violation(
        dataPlane ? 'the data plane' : 'the control plane',
        'error',
        describeIssues(result.error),
      );
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

function violation(place: string, status: number | 'error', issues: readonly Issue[]): HttpError {
  const text = issues.map((issue) => `${issue.path} ${issue.message}`).join('; ');
  return new HttpError(
    500,
    'contract_violation',
    `the reply ${status} of ${place} breaks the contract: ${text}`,
    { issues: issues.slice(0, ISSUES_TOLD) },
  );
}
