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

const BY_NAME: Readonly<Record<string, ValueKind>> = {
  agent_id: AGENTS,
  key_id: KEYS,
  approval_id: APPROVALS,
  bundle_id: BUNDLES,
  violation_id: VIOLATIONS,
  pack_id: PACKS,
  mdm_provider: PROVIDERS,
};

const BY_TOPIC: Readonly<Record<string, ValueKind>> = {
  agents: AGENTS,
  'agents:scope': AGENTS,
  'api-keys': KEYS,
  approvals: APPROVALS,
  'governance:policy-bundles': BUNDLES,
  policy: BUNDLE_NAMES,
  violations: VIOLATIONS,
  mdm: PROVIDERS,
};

const GENERIC = new Set([
  'id',
  'name',
  'agent',
  'key',
  'approval',
  'bundle',
  'violation',
  'provider',
  'hold_token',
]);

/** What a flag or argument of a command names, if the tenant can list it. */
export function valueKind(command: string, name: string): ValueKind | undefined {
  const normal = name.replaceAll('-', '_').toLowerCase();
  const known = BY_NAME[normal];
  if (known) return known;
  if (!GENERIC.has(normal)) return undefined;
  const topic = command.slice(0, Math.max(0, command.lastIndexOf(':')));
  return BY_TOPIC[topic];
}

/** Whether the name stands for a saved context. */
export function namesContext(command: string, name: string): boolean {
  return name === 'context' || (command.startsWith('context:') && name === 'name');
}
