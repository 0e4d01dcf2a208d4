import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OperationId } from '../../../src/contract/index.js';
import { createGovApi, type GovApi } from '../../../src/govapi/index.js';
import { startDataPlane, type DataPlane, type Row } from '../../server/enforce/data-plane.js';
import { pastDecision, writeHistory } from '../../server/read/seeded-history.js';
import { watchWire, type WireWatch } from '../../support/wire-watch.js';

/** Changes what the server has recorded and asserts that the operation's answer changed accordingly. */
export type Effect = (stage: Rehearsal) => Promise<void>;

/** One effect for each of these operations: the type checker refuses a missing one. */
export type Effects<Id extends OperationId> = Readonly<Record<Id, Effect>>;

/** A real server and our own client, with a relay between them that watches the wire. */
export interface Rehearsal {
  readonly thoth: DataPlane;
  readonly wire: WireWatch;
  readonly api: GovApi;
  /** A client with another credential. */
  as(credential: string): GovApi;
  /** A name nobody used before. */
  fresh(kind: string): string;
  /** One governed call; the reply of `/v1/enforce`. */
  governed(members: Row): Promise<Row>;
  /** A call out of scope, blocked: the id of its violation. */
  violation(members?: Row): Promise<string>;
  /** A call held for approval; an executor's, so that the admin may judge it. */
  held(members?: Row): Promise<{ readonly holdToken: string; readonly approvalId: string }>;
  /** Behavioural events as an SDK reports them; members given replace the defaults. */
  report(...events: readonly Row[]): Promise<void>;
  /** A decision of a month that has ended. */
  decidedIn(year: number, month: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startRehearsal(): Promise<Rehearsal> {
  const thoth = await startDataPlane({ allowPrivateDelivery: true });
  const wire = await watchWire(() => thoth.server.url);
  const api = clientOf(thoth, wire, thoth.adminToken);
  let names = 0;
  let past = 0;
  const fresh = (kind: string): string => `${kind}-${(names += 1)}`;
  const governed = async (members: Row): Promise<Row> => {
    const { status, body } = await thoth.enforce(members);
    if (status !== 200) throw new TypeError(`enforce answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    thoth,
    wire,
    api,
    fresh,
    governed,
    as: (credential) => clientOf(thoth, wire, credential),
    violation: async (members = {}) =>
      String((await governed({ tool_name: fresh('forbidden'), ...members }))['violation_id']),
    async held(members = {}) {
      const key = await thoth.key(['execute']);
      const call = { tool_name: fresh('sensitive'), enforcement_mode: 'step_up', ...members };
      const { body } = await thoth.enforce(call, key);
      const holdToken = String(body.hold_token);
      const { data } = await api.call('listApprovals', {});
      const row = data.find((each) => each.hold_token === holdToken);
      if (row === undefined) throw new TypeError('the held call is not in the queue');
      return { holdToken, approvalId: row.approval_id };
    },
    async report(...events) {
      const response = await fetch(`${thoth.server.url}/v1/events/batch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${thoth.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          events: events.map((event) => ({
            event_id: `${thoth.server.tenantId}:${fresh('event')}`,
            tenant_id: thoth.server.tenantId,
            agent_id: 'support-bot',
            session_id: fresh('session'),
            user_id: 'system',
            source_type: 'agent_tool_call',
            event_type: 'TOOL_CALL_PRE',
            content: '',
            occurred_at: new Date().toISOString(),
            ...event,
          })),
        }),
      });
      if (!response.ok) throw new TypeError(`events answered ${response.status}: ${await response.text()}`);
    },
    decidedIn: (year, month) => {
      past += 1;
      return writeHistory(thoth, [pastDecision(past, new Date(Date.UTC(year, month - 1, 5)))]);
    },
    async stop() {
      await api.close();
      wire.close();
      await thoth.stop();
    },
  };
}

function clientOf(thoth: DataPlane, wire: WireWatch, secret: string): GovApi {
  return createGovApi({
    tenantId: thoth.server.tenantId,
    baseUrl: wire.url,
    credential: { kind: 'bearer', secret },
    version: '0.0.0',
    env: {},
  });
}

/** A receiver of what the server sends out; `answer` may be replaced at any time. */
export async function startReceiver(
  answer: () => { readonly status: number; readonly body?: unknown },
): Promise<{
  readonly url: string;
  readonly received: readonly string[];
  close(): void;
}> {
  const received: string[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      received.push(text);
      const { status, body } = answer();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
