import { rows, type Json, type StockClient } from './stock-client.js';

/** One kind of resource as an infrastructure-as-code provider manages it. */
export interface Resource {
  readonly name: string;
  readonly create: (client: StockClient, body: Json) => Promise<Json>;
  /** Undefined when the object is gone. */
  readonly read: (client: StockClient, id: string) => Promise<Json | undefined>;
  readonly update: (client: StockClient, id: string, body: Json) => Promise<Json>;
  readonly destroy: (client: StockClient, id: string, body: Json) => Promise<number>;
  /** Whether what is read back counts as destroyed. Families without deletion only switch off. */
  readonly destroyed: (found: Json | undefined) => boolean;
  readonly idMember: string;
  readonly planned: Json;
  readonly changed: Json;
  /** The fewest members the contract asks for. */
  readonly least: Json;
  /** Null, empty or absent unless the caller supplied them. */
  readonly neverInvented: readonly string[];
  readonly alwaysReturned: readonly string[];
  /** Compared without order. */
  readonly sets?: readonly string[];
  /** Accepted and never read back. */
  readonly writeOnly?: readonly string[];
  /** What an update leaves as it was although the body does not say so. */
  readonly versioned?: true;
}

const direct =
  (path: (id: string) => string) =>
  async (client: StockClient, id: string): Promise<Json | undefined> => {
    const { status, body } = await client.send('GET', path(id));
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`reading ${id} answered ${status}`);
    return body;
  };

const scan =
  (path: string, envelope: string, idMember: string) =>
  async (client: StockClient, id: string): Promise<Json | undefined> =>
    rows(await client.ok('GET', path), envelope).find((row) => row[idMember] === id);

const gone = (found: Json | undefined): boolean => found === undefined;

const deleting =
  (path: (id: string) => string) =>
  async (client: StockClient, id: string): Promise<number> =>
    (await client.send('DELETE', path(id))).status;

/** Upsert families: create and update are one request, and destruction switches the object off. */
function upserted(path: string, idMember: string, off: Json) {
  const put = (client: StockClient, body: Json) => client.ok('POST', path, body);
  return {
    create: put,
    update: (client: StockClient, _id: string, body: Json) => put(client, body),
    destroy: async (client: StockClient, _id: string, body: Json) =>
      (await client.send('POST', path, { ...body, ...off })).status,
    read: scan(path, 'data', idMember),
    destroyed: (found: Json | undefined) =>
      found !== undefined && Object.entries(off).every(([member, value]) => found[member] === value),
    idMember,
  };
}

export const resources: readonly Resource[] = [
  {
    name: 'fleet',
    create: (client, body) => client.ok('POST', '/thoth/fleets', body),
    read: direct((id) => `/thoth/fleets/${id}`),
    update: (client, id, body) => client.ok('PUT', `/thoth/fleets/${id}`, body),
    destroy: deleting((id) => `/thoth/fleets/${id}`),
    destroyed: gone,
    idMember: 'fleet_id',
    planned: {
      name: 'laptops',
      region: 'eu-west-1',
      status: 'active',
      rollout_strategy: 'canary',
      rollout_pct: 10,
      provider: 'jamf',
    },
    changed: {
      name: 'laptops',
      region: 'eu-west-1',
      status: 'paused',
      rollout_strategy: 'staged',
      rollout_pct: 55,
      provider: 'jamf',
    },
    least: { name: 'bare', rollout_pct: 0 },
    neverInvented: ['region', 'policy_id', 'policy_name', 'status', 'rollout_strategy', 'provider'],
    alwaysReturned: ['fleet_id'],
  },
  {
    name: 'endpoint',
    create: (client, body) => client.ok('POST', '/thoth/endpoints', body),
    read: direct((id) => `/thoth/endpoints/${id}`),
    update: (client, _id, body) => client.ok('POST', '/thoth/endpoints', body),
    // Providers only forget endpoints.
    destroy: async () => 204,
    destroyed: (found) => found !== undefined,
    idMember: 'endpoint_id',
    planned: {
      endpoint_id: 'mac-0001',
      hostname: 'mac-0001.corp.example',
      employee_email: 'kim@example.com',
      department: 'Finance',
      os: 'macos',
      os_version: '15.4',
      enrollment: 'jamf',
      status: 'active',
      enforcement_mode: 'enforce',
      environment: 'prod',
      proxy_version: '0.3.4',
      agent_ids: ['zeta', 'alpha'],
      risk_score: 0.25,
      violations_today: 0,
      sessions_today: 3,
    },
    changed: {
      endpoint_id: 'mac-0001',
      hostname: 'mac-0001.corp.example',
      employee_email: 'lee@example.com',
      department: 'Legal',
      os: 'macos',
      os_version: '15.5',
      enrollment: 'jamf',
      status: 'active',
      enforcement_mode: 'shadow',
      environment: 'prod',
      proxy_version: '0.3.6',
      agent_ids: ['alpha'],
      risk_score: 12,
      violations_today: 1,
      sessions_today: 4,
    },
    least: {
      endpoint_id: 'bare',
      hostname: 'bare.example',
      agent_ids: [],
      risk_score: 0,
      violations_today: 0,
      sessions_today: 0,
    },
    neverInvented: [
      'employee_name',
      'employee_email',
      'department',
      'os',
      'os_version',
      'enrollment',
      'environment',
      'fleet_id',
      'provider',
      'proxy_version',
    ],
    alwaysReturned: ['endpoint_id', 'hostname'],
  },
  {
    name: 'MCP vendor',
    create: (client, body) => client.ok('POST', '/thoth/mcp/vendors', body),
    read: direct((id) => `/thoth/mcp/vendors/${encodeURIComponent(id)}`),
    update: (client, id, body) => client.ok('PUT', `/thoth/mcp/vendors/${encodeURIComponent(id)}`, body),
    destroy: deleting((id) => `/thoth/mcp/vendors/${encodeURIComponent(id)}`),
    destroyed: gone,
    idMember: 'vendor_id',
    planned: {
      vendor_id: 'Acme Tools / EU 50%',
      display_name: 'Acme',
      approved: true,
      host_patterns: ['*.acme.example', 'tools.acme.example'],
      source: 'review',
      notes: 'contract 7',
      last_seen_at: '2026-03-04T05:06:07+02:00',
    },
    changed: {
      vendor_id: 'Acme Tools / EU 50%',
      display_name: 'Acme GmbH',
      approved: false,
      host_patterns: ['*.acme.example'],
      source: 'review',
      notes: 'contract 8',
      last_seen_at: '2026-04-04T05:06:07Z',
    },
    least: { vendor_id: 'plain', display_name: 'Plain', host_patterns: ['plain.example'] },
    neverInvented: ['source', 'notes', 'last_seen_at'],
    alwaysReturned: ['vendor_id', 'approved'],
    sets: ['host_patterns'],
  },
  {
    name: 'MDM provider',
    ...upserted('/thoth/mdm/providers', 'provider', { enabled: false }),
    planned: {
      provider: 'jamf',
      name: 'jamf-prod',
      enabled: true,
      config: { base_url: 'https://jamf.example', client_id: 'c', client_secret: 's' },
    },
    changed: {
      provider: 'jamf',
      name: 'jamf-prod-2',
      enabled: true,
      config: { base_url: 'https://jamf2.example', client_id: 'c', client_secret: 's' },
    },
    least: { provider: 'intune', enabled: true },
    neverInvented: ['name'],
    alwaysReturned: ['provider', 'enabled'],
    // Providers keep their own copy of the configuration.
    writeOnly: ['config'],
  },
  {
    name: 'browser provider',
    ...upserted('/thoth/browser/providers', 'provider', { enabled: false }),
    planned: {
      provider: 'chrome',
      name: 'Chrome',
      enabled: true,
      status: 'connected',
      config: { token: 's' },
    },
    changed: {
      provider: 'chrome',
      name: 'Chrome Enterprise',
      enabled: true,
      status: 'degraded',
      config: { token: 't' },
    },
    least: { provider: 'firefox', enabled: true },
    neverInvented: ['name', 'status', 'last_error'],
    alwaysReturned: ['provider', 'enabled'],
    writeOnly: ['config'],
  },
  {
    name: 'browser policy',
    ...upserted('/thoth/browser/policies', 'policy_id', { active: false }),
    planned: {
      policy_id: 'pol-baseline',
      provider: 'chrome',
      name: 'baseline',
      active: true,
      enforcement_mode: 'monitor',
      policy: { blocked_domains: ['b.example', 'a.example'], depth: 1.5, nested: { z: null, a: [1, 2] } },
      metadata: { team: 'sec', ticket: 7 },
      created_by: 'terraform',
      updated_by: 'terraform',
    },
    changed: {
      policy_id: 'pol-baseline',
      provider: 'chrome',
      name: 'baseline',
      active: true,
      enforcement_mode: 'enforce',
      policy: { blocked_domains: ['c.example'] },
      metadata: { team: 'sec' },
      created_by: 'terraform',
      updated_by: 'somebody',
    },
    least: { provider: 'island', name: 'least', policy: {}, active: true },
    neverInvented: ['enforcement_mode', 'metadata'],
    alwaysReturned: ['policy_id', 'compiled_policy', 'active'],
  },
  {
    name: 'browser enrollment',
    ...upserted('/thoth/browser/enrollments', 'enrollment_id', { status: 'disabled' }),
    planned: {
      enrollment_id: 'enr-1',
      provider: 'chrome',
      user_id: 'kim',
      device_id: 'mac-1',
      browser_profile: 'Work',
      status: 'active',
      last_seen_at: '2026-03-04T05:06:07.123456Z',
      metadata: { a: 1 },
    },
    changed: {
      enrollment_id: 'enr-1',
      provider: 'chrome',
      user_id: 'kim',
      device_id: 'mac-1',
      browser_profile: 'Work',
      status: 'pending',
      last_seen_at: '2026-03-05T05:06:07Z',
      metadata: { b: [2] },
    },
    least: { provider: 'safari', user_id: 'lee', device_id: 'mac-2' },
    neverInvented: ['browser_profile', 'status', 'metadata', 'last_seen_at'],
    alwaysReturned: ['enrollment_id'],
  },
  {
    name: 'API key',
    create: (client, body) => client.ok('POST', '/thoth/api-keys', body),
    read: scan('/thoth/api-keys', 'api_keys', 'key_id'),
    // Keys are replaced, never changed.
    update: (client, _id, body) => client.ok('POST', '/thoth/api-keys', body),
    destroy: deleting((id) => `/thoth/api-keys/${id}`),
    destroyed: (found) => found?.['active'] === false,
    idMember: 'key_id',
    planned: {
      name: 'ci',
      scope_level: 'agent',
      scope_target_id: 'Bot 7',
      permissions: ['write', 'read', 'execute'],
    },
    changed: { name: 'ci', scope_level: 'agent', scope_target_id: 'Bot 7', permissions: ['execute', 'read'] },
    least: { scope_level: 'organization', permissions: ['read'] },
    neverInvented: ['name'],
    alwaysReturned: ['key_id', 'prefix', 'active'],
    versioned: true,
  },
  {
    name: 'policy bundle',
    create: (client, body) => client.ok('POST', '/thoth/policy-bundles', body),
    read: direct((id) => `/thoth/policy-bundles/${id}`),
    update: (client, _id, body) => client.ok('POST', '/thoth/policy-bundles', body),
    destroy: deleting((id) => `/thoth/policy-bundles/${id}`),
    destroyed: gone,
    idMember: 'id',
    planned: {
      name: 'stock',
      description: 'nobody in particular',
      framework: 'CEDAR',
      raw_policy: 'forbid(principal, action, resource);\n',
      assignments: ['agent:b', 'agent:a'],
      status: 'active',
      enforcement_mode: 'enforce',
    },
    changed: {
      name: 'stock',
      description: 'nobody in particular',
      framework: 'CEDAR',
      raw_policy: 'permit(principal, action, resource);\n',
      assignments: ['agent:a'],
      status: 'staged',
      enforcement_mode: 'observe',
    },
    least: {
      name: 'stock-least',
      framework: 'CEDAR',
      raw_policy: 'permit(principal, action, resource);',
      assignments: ['agent:nobody'],
      status: 'paused',
      enforcement_mode: 'observe',
    },
    neverInvented: ['description', 'source_uri', 's3_uri', 's3_version_id', 'expected_hash'],
    alwaysReturned: ['id', 'version', 'policy_hash'],
    sets: ['assignments'],
    versioned: true,
  },
  {
    name: 'pack assignment',
    create: (client, body) => client.ok('POST', '/thoth/agents/stock-bot/apply-pack', body),
    read: scan('/thoth/agents/stock-bot/packs', 'packs', 'pack_id'),
    update: (client, _id, body) => client.ok('POST', '/thoth/agents/stock-bot/apply-pack', body),
    destroy: deleting((id) => `/thoth/agents/stock-bot/packs/${id}`),
    destroyed: gone,
    idMember: 'pack_id',
    planned: {
      pack_id: 'soc2-type2',
      environment: 'dev',
      approval_policy_id: 'four-eyes',
      overrides: { behavioral_controls: { mismatch_boost: 12.5, trust_floor: 0.2 } },
    },
    changed: {
      pack_id: 'soc2-type2',
      environment: 'prod',
      approval_policy_id: 'four-eyes',
      overrides: { behavioral_controls: { critical_threshold: 0.9 } },
    },
    least: { pack_id: 'gdpr-ai-agents' },
    neverInvented: [],
    alwaysReturned: ['pack_id', 'status'],
  },
];
