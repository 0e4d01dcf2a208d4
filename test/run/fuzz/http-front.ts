import type { Governance } from '../../../src/run/mcp/governance.js';
import { ServerView } from '../../../src/run/mcp/server-view.js';
import { openEndpoint } from '../../../src/run/mcp-http/endpoint.js';
import { HttpGateway } from '../../../src/run/mcp-http/gateway.js';
import { ParameterMarks } from '../../../src/run/mcp-http/parameter-marks.js';
import { RemoteBackend } from '../../../src/run/mcp-http/remote-backend.js';
import { RequestRoom } from '../../../src/run/mcp-http/request-room.js';
import { ServerMessages } from '../../../src/run/mcp-http/server-messages.js';
import { Upstream } from '../../../src/run/mcp-http/upstream.js';

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** The proxy before a remote server. */
export async function front(url: string, governance: Governance, room = new RequestRoom()): Promise<Front> {
  const marks = new ParameterMarks();
  const upstream = await Upstream.open({ url, headers: {}, insecureHttp: false });
  const backend = new RemoteBackend(upstream, new ServerMessages(new ServerView(governance), marks));
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
