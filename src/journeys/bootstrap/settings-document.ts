import type { BootstrapInputs } from './inputs.js';

export type SettingsDocument = Readonly<Record<string, unknown>>;

/** The members of the settings document that a bootstrap call touches, and nothing else. */
export function settingsPatch(inputs: BootstrapInputs): SettingsDocument {
  const { webhook, secretBroker } = inputs;
  // Wrappers leave the switch out and expect a given URL to be used.
  const webhookEnabled = webhook.enabled ?? (webhook.url === undefined ? undefined : true);
  return compact({
    compliance_profile: inputs.complianceProfile,
    regulatory_regimes: inputs.regulatoryRegimes,
    shadow_policy: compact(inputs.shadow),
    tool_risk_overrides: inputs.toolRiskOverrides,
    webhook: compact({ enabled: webhookEnabled, url: webhook.url, secret: webhook.secret }),
    secret_broker: compact({
      enabled: secretBroker.enabled,
      provider: secretBroker.provider,
      strict_endpoint_mode: secretBroker.strictEndpointMode,
      fail_on_missing_secret: secretBroker.failOnMissingSecret,
      allowed_hosts: secretBroker.allowedHosts,
      auth_bindings: secretBroker.authBindings,
    }),
  });
}

/**
 * The whole document with the patch applied. Some control planes overwrite on PUT instead of merging, so
 * clients send back everything they read. `tool_risk_overrides` replaces as a unit on the wire; an override
 * given to bootstrap is meant as an addition, so it is merged here.
 */
export function mergeSettings(current: SettingsDocument, patch: SettingsDocument): SettingsDocument {
  const merged: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    merged[key] = isObject(value) && isObject(before) ? mergeSettings(before, value) : value;
  }
  return merged;
}

/** Whether sending `patch` could change anything. A secret is never read back, so giving one always does. */
export function changesSettings(current: SettingsDocument, patch: SettingsDocument): boolean {
  return JSON.stringify(mergeSettings(current, patch)) !== JSON.stringify(current);
}

function isObject(value: unknown): value is SettingsDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compact(members: Readonly<Record<string, unknown>>): SettingsDocument {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== undefined && !(isObject(value) && Object.keys(value).length === 0),
    ),
  );
}
