import { startTestServer, type Reply, type TestServer } from '../http/running-server.js';
import { send } from '../http/running-server.js';
import type { StartServerOptions } from '../../../src/server/index.js';

/** A row of a reply, for reading single members of it. */
export type Row = Readonly<Record<string, unknown>>;

export interface DataPlane extends TestServer {
  /** `POST /v1/enforce` with a complete body; members given replace the defaults. */
  enforce(members?: Record<string, unknown>, credential?: string): Promise<Reply>;
  hold(token: string, credential?: string): Promise<Reply>;
  withdraw(token: string, credential?: string): Promise<Reply>;
  /** A fresh organization key with these permissions, or an agent key when an agent is named. */
  key(permissions: readonly string[], agentId?: string, name?: string): Promise<string>;
}

export const CALL = {
  agent_id: 'support-bot',
  user_id: 'system',
  tool_name: 'search_docs',
  session_id: 'session-1',
  session_tool_calls: ['search_docs'],
  approved_scope: ['search_docs'],
  enforcement_mode: 'block',
  environment: 'prod',
  tool_args: { query: 'retention policy' },
};

export async function startDataPlane(options: StartServerOptions = {}): Promise<DataPlane> {
  const thoth = await startTestServer(options);
  const url = (path: string): string => `${thoth.server.url}${path}`;
  return {
    get server() {
      return thoth.server;
    },
    adminToken: thoth.adminToken,
    faults: thoth.faults,
    call: (...parts) => thoth.call(...parts),
    restart: (more) => thoth.restart(more),
    stop: () => thoth.stop(),
    enforce: (members = {}, credential = thoth.adminToken) =>
      send('POST', url('/v1/enforce'), { ...CALL, tenant_id: thoth.server.tenantId, ...members }, credential),
    hold: (token, credential = thoth.adminToken) =>
      send('GET', url(`/v1/enforce/hold/${token}`), undefined, credential),
    withdraw: (token, credential = thoth.adminToken) =>
      send('DELETE', url(`/v1/enforce/hold/${token}`), undefined, credential),
    async key(permissions, agentId, name) {
      const scope =
        agentId === undefined
          ? { scope_level: 'organization' }
          : { scope_level: 'agent', scope_target_id: agentId };
      const created = await thoth.call('POST', '/thoth/api-keys', {
        ...scope,
        permissions,
        ...(name === undefined ? {} : { name }),
      });
      return created.body.api_key;
    },
  };
}
