import { operationEntry, operationIds, type OperationId } from '../../src/contract/index.js';
import { describeIssues, loadSchemas, type Schema } from '../../src/contract/validators.js';

interface Sent {
  readonly method: string;
  /** Path and query as they stood on the request line. */
  readonly path: string;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
}

/** Breaches of the contract in a request of one of our clients; empty means it conforms. */
export async function requestBreaches(sent: Sent): Promise<string[]> {
  const url = new URL(sent.path, 'http://localhost');
  const found = operationOf(sent.method, url.pathname);
  if (found === undefined) return [`no operation ${sent.method} ${url.pathname}`];
  const { id, path } = found;
  const schemas = await loadSchemas(id);
  const query = Object.fromEntries(url.searchParams);
  const unknown = Object.keys(query).filter(
    (name) => !operationEntry(id).query.some((known) => known === name),
  );
  const breaches = unknown.map((name) => `${id}: unknown query parameter ${name}`);
  const check = (part: string, schema: Schema<unknown>, value: unknown): void => {
    const { error } = schema.safeParse(value);
    if (error !== undefined)
      breaches.push(...describeIssues(error).map((issue) => `${id} ${part} ${issue.path}: ${issue.message}`));
  };
  check('path', schemas.path(), path);
  check('query', schemas.query(), query);
  if (schemas.request !== undefined && (sent.body !== undefined || operationEntry(id).bodyRequired))
    check('body', schemas.request(), sent.body);
  else if (schemas.request === undefined && sent.body !== undefined)
    breaches.push(`${id}: a body it does not take`);
  return breaches;
}

/** Static segments win over parameters, as on the server. */
export function operationOf(
  method: string,
  path: string,
): { readonly id: OperationId; readonly path: Readonly<Record<string, string>> } | undefined {
  const segments = path.split('/');
  let best: { readonly id: OperationId; readonly path: Record<string, string> } | undefined;
  for (const id of operationIds()) {
    if (operationEntry(id).method.toUpperCase() !== method) continue;
    const pattern = operationEntry(id).path.split('/');
    if (pattern.length !== segments.length) continue;
    const parameters: Record<string, string> = {};
    const matches = pattern.every((part, index) => {
      const segment = segments[index] ?? '';
      if (!part.startsWith('{')) return part === segment;
      parameters[part.slice(1, -1)] = decodeURIComponent(segment);
      return segment !== '';
    });
    if (!matches) continue;
    if (best === undefined || Object.keys(parameters).length < Object.keys(best.path).length)
      best = { id, path: parameters };
  }
  if (best === undefined) return undefined;
  const { tenantId: _tenant, ...rest } = best.path;
  return { id: best.id, path: rest };
}
