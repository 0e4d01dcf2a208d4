import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a page of an allowed origin may read of a response. */
const EXPOSED = 'Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After';

/** Lets a page of an allowed origin read the response. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): void {
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  response.setHeader('vary', 'Origin');
}

/** Answers the question of a browser whether it may send a request; whether the origin may is said already. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'];
  response.writeHead(204, {
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-max-age': '600',
  });
  response.end();
}
