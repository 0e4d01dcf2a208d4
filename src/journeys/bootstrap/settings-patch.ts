import type { SettingsDocument } from '../settings/document.js';
import { isJsonObject } from '../../json/object.js';
import type { BootstrapInputs } from './inputs.js';

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

function compact(members: Readonly<Record<string, unknown>>): SettingsDocument {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== undefined && !(isJsonObject(value) && Object.keys(value).length === 0),
    ),
  );
}
