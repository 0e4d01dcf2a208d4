import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CredentialDirectory } from '../tenants/credential-directory.js';
import { grantAccess } from './access.js';
import type { ContractChecks } from './contract-checks.js';
import type { Endpoint, EndpointTable } from './endpoint-table.js';
import { asHttpError, errorBody } from './error-reply.js';
import { answerHealth, type Readiness } from './health.js';
import { HttpError } from './port.js';
import { parseQuery } from './query-string.js';
import { sendError, sendReply } from './reply.js';
import { announcesTooMuch, parseJsonBody, readBody, tooLarge } from './request-body.js';
import { RequestContext } from './request-context.js';

/** Raw bodies come from senders nobody has authenticated yet. */
const RAW_BODY_LIMIT_BYTES = 64 * 1024;

export interface FrameOptions {
  readonly endpoints: EndpointTable;
  readonly checks: ContractChecks;
  readonly credentials: CredentialDirectory;
  readonly newId: (prefix: string) => string;
  readonly now: () => number;
  /** Told about every failure that is the server's own. */
  readonly onFault: (requestId: string, error: unknown) => void;
  readonly noteAuthorization: (milliseconds: number) => void;
  readonly readiness: () => Promise<Readiness>;
}

/** The request listener: one road from bytes to handler and back, for both planes. */
export function createFrame(
  options: FrameOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { endpoints, checks, credentials, newId, now, onFault } = options;

  const bodyOf = async (endpoint: Endpoint, request: IncomingMessage): Promise<unknown> => {
    const { route } = endpoint;
    if (route.rawBody === true) return readBody(request, RAW_BODY_LIMIT_BYTES);
    const sent = parseJsonBody(await readBody(request));
    return route.narrowsBody === true ? sent : checks.body(endpoint, sent);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = newId('req');
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const dataPlane = path.startsWith('/v1/');
    const refuse = (error: HttpError, extra?: Readonly<Record<string, string>>): void => {
      const breach = checks.error(dataPlane, errorBody(error, requestId, dataPlane));
      if (breach !== undefined) onFault(requestId, breach);
      sendError(response, requestId, breach ?? error, dataPlane, extra);
    };
    try {
      const match = endpoints.find(request.method ?? 'GET', path);
      if (match === undefined) {
        if (await answerHealth(request, response, requestId, path, options.readiness)) return;
        throw new HttpError(404, 'not_found', 'no such path');
      }
      if ('allowed' in match) {
        refuse(new HttpError(405, 'method_not_allowed', 'Method Not Allowed'), {
          allow: match.allowed.join(', '),
        });
        return;
      }
      const { endpoint, params } = match;
      const started = performance.now();
      const principal = grantAccess(credentials, endpoint, request.headers, params['tenantId'], now());
      options.noteAuthorization(performance.now() - started);

      let body: unknown;
      if (endpoint.hasBody) {
        body = await bodyOf(endpoint, request);
      } else if (announcesTooMuch(request)) {
        throw tooLarge();
      }
      const query = parseQuery(url, mark);
      if (endpoint.hasQuery) checks.query(endpoint, query);
      const reply = await endpoint.route.handle(
        new RequestContext({
          tenantId: principal.tenantId,
          principal,
          params,
          query,
          body,
          requestId,
          request,
          response,
        }),
      );
      if (reply === 'streamed') return;
      checks.reply(endpoint, reply);
      sendReply(response, requestId, reply.status, reply.body, reply.headers);
    } catch (error) {
      const told = asHttpError(error);
      if (told.status >= 500) onFault(requestId, error);
      refuse(told);
    }
  };

  return (request, response) => {
    void serve(request, response);
  };
}
