import findMyWay from 'find-my-way';
import { isOperationId, operationEntry, type OperationId } from '../../contract/index.js';
import { ThothctlError } from '../../errors/index.js';
import type { Route } from './port.js';

/** A route with what the contract says of its operation. */
export interface Endpoint {
  readonly route: Route;
  readonly operationId: OperationId;
  readonly method: string;
  readonly hasBody: boolean;
  readonly bodyRequired: boolean;
  readonly hasQuery: boolean;
  /** Paths under `/v1`: the tenant comes from the credential, errors nest. */
  readonly dataPlane: boolean;
}

interface Match {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

export interface EndpointTable {
  readonly all: readonly Endpoint[];
  /** The endpoint (HEAD finds that of GET, whose body is not sent then), the methods the path does serve, or undefined for an unknown path. */
  find(method: string, path: string): Match | { readonly allowed: readonly string[] } | undefined;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];
/** Ids in paths may be long: vendor ids, session ids of foreign systems. */
const MAX_PARAMETER_LENGTH = 1_024;
const NO_PARAMETERS: Readonly<Record<string, string>> = Object.freeze({});

/** Routes by the contract's operations; static segments win over parameters. */
export function buildEndpointTable(routes: readonly Route[]): EndpointTable {
  const router = findMyWay({ maxParamLength: MAX_PARAMETER_LENGTH });
  // Paths without parameters, the hot `/v1/enforce` among them, need no tree walk.
  const fixed = new Map<string, Endpoint>();
  const all: Endpoint[] = [];

  for (const route of routes) {
    const operationId = knownOperation(route.operationId);
    const operation = operationEntry(operationId);
    const method = knownMethod(operation.method);
    const endpoint: Endpoint = {
      route,
      operationId,
      method,
      hasBody: operation.hasBody,
      bodyRequired: operation.bodyRequired,
      hasQuery: operation.query.length > 0,
      dataPlane: operation.path.startsWith('/v1/'),
    };
    all.push(endpoint);
    if (!operation.path.includes('{')) fixed.set(`${method} ${operation.path}`, endpoint);
    router.on(method, operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), unreachable, endpoint);
  }

  return {
    all,
    find(asked, path) {
      const method = asked === 'HEAD' ? 'GET' : asked;
      const endpoint = fixed.get(`${method} ${path}`);
      if (endpoint !== undefined) return { endpoint, params: NO_PARAMETERS };
      const known = METHODS.find((candidate) => candidate === method);
      const found = known === undefined ? null : router.find(known, path);
      if (found !== null && isEndpoint(found.store)) {
        return { endpoint: found.store, params: presentParameters(found.params) };
      }
      const allowed = METHODS.filter((candidate) => {
        const other = router.find(candidate, path);
        return other !== null && isEndpoint(other.store);
      });
      if (allowed.length === 0) return undefined;
      return { allowed: allowed.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each])) };
    },
  };
}

function knownOperation(name: string): OperationId {
  if (isOperationId(name)) return name;
  throw new ThothctlError({
    code: 'unknown_operation',
    message: `a route names the operation ${name}, which the contract does not have`,
    exit: 'unexpected',
  });
}

function knownMethod(name: string): Method {
  const method = METHODS.find((candidate) => candidate === name.toUpperCase());
  if (method !== undefined) return method;
  throw new ThothctlError({
    code: 'unknown_method',
    message: `the contract uses the method ${name}, which the server does not serve`,
    exit: 'unexpected',
  });
}

function isEndpoint(store: unknown): store is Endpoint {
  return typeof store === 'object' && store !== null && 'route' in store;
}

function presentParameters(params: { [name: string]: string | undefined }): Record<string, string> {
  const present: Record<string, string> = {};
  for (const name of Object.keys(params)) {
    const value = params[name];
    if (value !== undefined) present[name] = value;
  }
  return present;
}

function unreachable(): void {
  // Only `find` is used; find-my-way wants a handler all the same.
}
