import type { OperationId } from '../../contract/index.js';

/** Where the values of one kind of name come from, and the member that is the value. */
export interface ValueKind {
  readonly operation: OperationId;
  readonly id: readonly string[];
  readonly note: readonly string[];
}

const KEYS: ValueKind = { operation: 'listApiKeys', id: ['key_id', 'id'], note: ['name'] };
const APPROVALS: ValueKind = {
  operation: 'listApprovals',
  id: ['approval_id', 'id', 'hold_token'],
  note: ['tool_name', 'agent_id'],
};
const HOLDS: ValueKind = { ...APPROVALS, id: ['hold_token'] };
const BUNDLES: ValueKind = { operation: 'listPolicyBundles', id: ['bundle_id', 'id'], note: ['name'] };
const BUNDLE_NAMES: ValueKind = { operation: 'listPolicyBundles', id: ['name'], note: ['framework'] };
const VIOLATIONS: ValueKind = {
  operation: 'listViolations',
  id: ['violation_id', 'id'],
  note: ['tool_name'],
};
const AGENTS: ValueKind = { operation: 'listAgents', id: ['agent_id'], note: [] };
const PACKS: ValueKind = { operation: 'listGovernancePacks', id: ['pack_id', 'id'], note: ['name'] };
const PROVIDERS: ValueKind = { operation: 'listMdmProviders', id: ['provider'], note: ['name'] };
const SYNC_JOBS: ValueKind = { operation: 'listMdmSyncJobs', id: ['job_id'], note: ['status'] };
const FLEETS: ValueKind = { operation: 'listFleets', id: ['fleet_id'], note: ['name'] };
const ENDPOINTS: ValueKind = { operation: 'listEndpoints', id: ['endpoint_id'], note: ['hostname'] };
const VENDORS: ValueKind = { operation: 'listMcpVendors', id: ['vendor_id'], note: ['display_name'] };
const EXCEPTIONS: ValueKind = {
  operation: 'listPolicyExceptions',
  id: ['request_id'],
  note: ['status', 'tool_name'],
};
const DELIVERIES: ValueKind = { operation: 'listDeliveries', id: ['delivery_id'], note: ['event_type'] };
const REPORTS: ValueKind = { operation: 'listAirsReports', id: ['report_id'], note: ['generated_at'] };
const SESSIONS: ValueKind = { operation: 'listGovernanceFeed', id: ['session_id'], note: ['agent_id'] };

/** Nouns that mean the same in every command; each also with `_id`. */
const BY_NOUN: Readonly<Record<string, ValueKind>> = {
  agent: AGENTS,
  key: KEYS,
  approval: APPROVALS,
  hold_token: HOLDS,
  bundle: BUNDLES,
  violation: VIOLATIONS,
  pack: PACKS,
  fleet: FLEETS,
  endpoint: ENDPOINTS,
  vendor: VENDORS,
  delivery: DELIVERIES,
  report: REPORTS,
  session: SESSIONS,
  mdm_provider: PROVIDERS,
};

/** Words that mean what their topic is about. */
const BY_TOPIC: Readonly<Record<string, Readonly<Record<string, ValueKind>>>> = {
  policy: { name: BUNDLE_NAMES },
  mdm: { provider: PROVIDERS, job: SYNC_JOBS },
  exceptions: { request: EXCEPTIONS },
  'exceptions:artifact': { request: EXCEPTIONS },
};

/** What a flag or argument of a command names, if the tenant can list it. */
export function valueKind(command: string, name: string): ValueKind | undefined {
  const normal = name.replaceAll('-', '_').toLowerCase();
  const topic = command.slice(0, Math.max(0, command.lastIndexOf(':')));
  return BY_TOPIC[topic]?.[normal] ?? BY_NOUN[normal.replace(/_id$/, '')];
}

/** Whether the name stands for a saved context. */
export function namesContext(command: string, name: string): boolean {
  return name === 'context' || (command.startsWith('context:') && name === 'name');
}
