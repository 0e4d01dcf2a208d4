import type { SendableFamily } from '../bulk/index.js';

/** Endpoints from a file; registering one again replaces what is known of it. */
export const ENDPOINT_ROWS: SendableFamily<'registerEndpoint'> = {
  what: 'endpoints',
  operation: 'registerEndpoint',
  fields: {
    endpoint_id: 'text',
    hostname: 'text',
    employee_name: 'text',
    employee_email: 'text',
    department: 'text',
    os: 'text',
    os_version: 'text',
    enrollment: 'text',
    status: 'text',
    enforcement_mode: 'text',
    environment: 'text',
    proxy_version: 'text',
    agent_ids: 'list',
    risk_score: 'number',
    violations_today: 'number',
    sessions_today: 'number',
    fleet_id: 'text',
    provider: 'text',
  },
  keyName: 'endpoint_id',
  key: (body) => body.endpoint_id,
  send: async (api, body, signal) => {
    const { endpoint_id, status } = await api.call('registerEndpoint', { body }, { signal });
    return { endpoint_id, status };
  },
};
