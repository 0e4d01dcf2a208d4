import { nearest } from '../../errors/nearest.js';
import { isJsonObject } from '../../json/object.js';
import type { SettingsDocument } from './document.js';

const SECTIONS = {
  shadow_policy: ['low', 'medium', 'high', 'critical'],
  secret_broker: [
    'enabled',
    'provider',
    'strict_endpoint_mode',
    'fail_on_missing_secret',
    'allowed_hosts',
    'auth_bindings',
  ],
  model_router: [
    'enabled',
    'default_provider',
    'default_model',
    'allowed_providers',
    'allowed_models',
    'failover_providers',
  ],
  webhook: ['enabled', 'url', 'secret'],
  siem: ['provider', 'webhook.enabled', 'webhook.url', 'webhook.secret', 'webhook.provider'],
  pam: [
    'enabled',
    'provider',
    'callback_secret',
    'request_url',
    'request_secret',
    'request_auth_token',
    'request_timeout_seconds',
  ],
  mcp_control: ['enabled', 'observe_only', 'pass_through_approved', 'approved_host_patterns'],
  step_up: ['self_approval.enabled', 'self_approval.max_risk_tier', 'self_approval.minimum_seconds'],
} as const;

/** Every setting the contract documents, as `settings get` spells it. */
const PATHS: readonly string[] = [
  'tenant_id',
  'compliance_profile',
  'regulatory_regimes',
  'effective_regulatory_regimes',
  'tool_risk_overrides',
  'revision',
  'updated_at',
  ...Object.entries(SECTIONS).flatMap(([section, members]) =>
    members.map((member) => `${section}.${member}`),
  ),
];

/**
 * What to warn of in a patch. A control plane keeps members it does not know, so a misspelt setting is stored and
 * changes nothing. Values may be secrets: only names are told.
 */
export function strayPaths(patch: SettingsDocument): readonly string[] {
  return leaves(patch, '').map((path) => {
    const meant = nearest(path, PATHS);
    return `no setting is documented as ${path}, so it may do nothing${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
}

function leaves(value: SettingsDocument, above: string): string[] {
  return Object.entries(value).flatMap(([member, inner]) => {
    const path = above === '' ? member : `${above}.${member}`;
    if (PATHS.includes(path)) return [];
    const isSection = PATHS.some((known) => known.startsWith(`${path}.`));
    if (isSection && isJsonObject(inner)) return leaves(inner, path);
    // A whole section may be cleared.
    return isSection && inner === null ? [] : [path];
  });
}
