import type { Governance } from '../../../src/run/mcp/governance.js';
import { ServerView } from '../../../src/run/mcp/server-view.js';
import { openEndpoint } from '../../../src/run/mcp-http/endpoint.js';
import { HttpGateway } from '../../../src/run/mcp-http/gateway.js';
import { ParameterMarks } from '../../../src/run/mcp-http/parameter-marks.js';
import { RemoteBackend } from '../../../src/run/mcp-http/remote-backend.js';
import { RequestRoom } from '../../../src/run/mcp-http/request-room.js';
import { StdioBackend } from '../../../src/run/mcp-http/stdio-backend.js';
import { ServerMessages } from '../../../src/run/mcp-http/server-messages.js';
import { Upstream } from '../../../src/run/mcp-http/upstream.js';

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** The proxy before a remote server, or serving one on stdio. */
export async function front(
  served: string | readonly [string, ...string[]],
  governance: Governance,
  room = new RequestRoom(),
): Promise<Front> {
  const marks = new ParameterMarks();
  const messages = new ServerMessages(new ServerView(governance), marks);
  const backend =
    typeof served === 'string'
      ? new RemoteBackend(await Upstream.open({ url: served, headers: {}, insecureHttp: false }), messages)
      : new StdioBackend({ command: served, env: { PATH: process.env['PATH'] ?? '' } }, messages);
  const gateway = new HttpGateway(governance, backend, marks, room);
  const allowed = { origins: [], hosts: [] };
  const endpoint = await openEndpoint(
    { host: '127.0.0.1', port: 0, path: '/mcp', allowed, insecureHttp: false },
    (request, response) => gateway.take(request, response),
  );
  return {
    port: Number(new URL(endpoint.url).port),
    async close() {
      await gateway.end();
      await endpoint.close();
      await backend.close();
    },
  };
}
