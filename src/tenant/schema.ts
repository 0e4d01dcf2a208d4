import * as z from 'zod/mini';
import { POLICY_MODES, POLICY_STATUSES } from '../policy/bundle.js';

/** `thoth.tenant.yaml`. The reader narrows with it, the published JSON Schema is made of it. */

const text = (description: string) => z.string().check(z.trim(), z.minLength(1), z.meta({ description }));
const optionalText = (description: string) => z.optional(text(description));
const list = (description: string) => z.optional(z.array(z.string()).check(z.meta({ description })));
const document = (description: string) =>
  z.optional(z.record(z.string(), z.unknown()).check(z.meta({ description })));
const byName = <T extends z.ZodMiniType>(item: T, description: string) =>
  z.optional(z.record(z.string().check(z.minLength(1)), item).check(z.meta({ description })));

const BROWSERS = ['chrome', 'firefox', 'safari', 'island'] as const;
const PROVIDERS = ['jamf', 'intune', 'kandji', 'workspace_one', 'custom'] as const;
/** Reads as a partial map: a provider that is not in the file is none of its business. */
const byChoice = <T extends z.ZodMiniType>(choices: readonly string[], item: T, description: string) =>
  z.optional(
    z
      .strictObject(Object.fromEntries(choices.map((choice) => [choice, z.optional(item)])))
      .check(z.meta({ description })),
  );

const SECRETS = 'Secrets are references: env:NAME, file:PATH, op://vault/item/field or exec:PROGRAM.';

const fleet = z.strictObject({
  region: optionalText('Region of the fleet.'),
  policy_id: optionalText('Policy the fleet runs.'),
  policy_name: optionalText('Its name.'),
  status: z.optional(z.enum(['active', 'paused', 'deploying', 'error'])),
  rollout_strategy: z.optional(z.enum(['canary', 'staged'])),
  rollout_pct: z.optional(z.number().check(z.minimum(0), z.maximum(100))),
  provider: z.optional(z.enum(['jamf', 'intune', 'workspace_one', 'custom', 'none'])),
});

const vendor = z.strictObject({
  display_name: text('Name people know it by.'),
  approved: z.optional(z.boolean()),
  host_patterns: z
    .array(z.string())
    .check(z.meta({ description: 'Hosts of its servers; order does not count.' })),
  source: optionalText('Where the entry comes from.'),
  notes: optionalText('Free text.'),
});

const mdmProvider = z.strictObject({
  name: optionalText('Display name.'),
  enabled: z.optional(z.boolean()),
  endpoint_url: optionalText('Base address, where the configuration does not hold it.'),
  config: document(`Configuration of the provider. ${SECRETS}`),
});

const browserProvider = z.strictObject({
  name: optionalText('Display name.'),
  enabled: z.optional(z.boolean()),
  config: document(`Written and never read back. ${SECRETS}`),
});

const browserPolicy = z.strictObject({
  policy: document('Controls, as docs/guides/browser-policy.md lists them.'),
  enforcement_mode: z.optional(z.enum(['monitor', 'enforce'])),
  active: z.optional(z.boolean()),
  metadata: document('Free members.'),
});

const agent = z.strictObject({
  approved_scope: z.array(z.string()).check(z.meta({ description: 'Tools the agent may call.' })),
});

const pack = z.strictObject({
  environment: z.optional(z.enum(['dev', 'prod'])),
  approval_policy_id: optionalText('Approval policy; `default` without one.'),
  overrides: document('behavioral_controls of this assignment.'),
});

export const bundleSchema = z.strictObject({
  framework: z.optional(z.enum(['CEDAR', 'OPA'])),
  file: optionalText('Policy file, relative to this file.'),
  raw_policy: optionalText('The policy itself, instead of a file.'),
  assignments: list('Who is governed: all, agent:<id> or <id>.'),
  enforcement_mode: z.optional(z.enum(POLICY_MODES)),
  status: z.optional(z.enum(POLICY_STATUSES)),
  description: optionalText('Free text, shown in lists.'),
});

const apiKey = z.strictObject({
  scope_level: z.enum(['organization', 'fleet', 'endpoint', 'agent']),
  scope_target_id: optionalText('What it is bound to; not for organization.'),
  permissions: z.array(z.enum(['read', 'write', 'execute'])).check(z.minLength(1)),
  ttl_seconds: z.optional(z.int().check(z.minimum(1))),
  jit_reason: optionalText('Why it is issued.'),
  key_file: optionalText('New file for the secret of a key that is made, mode 0600.'),
});

export const tenantFileSchema = z
  .strictObject({
    version: z.literal(1).check(z.meta({ description: 'Version of this format.' })),
    tenant: optionalText('The only tenant this file is for.'),
    settings: document(
      `Settings document, webhook, siem, pam, secret_broker, model_router and mcp_control included; what it does not name stays. ${SECRETS}`,
    ),
    fleets: byName(fleet, 'Fleets by name.'),
    mcp_vendors: byName(vendor, 'MCP vendors by id.'),
    mdm: byChoice(PROVIDERS, mdmProvider, 'Device-management providers.'),
    browser_providers: byChoice(BROWSERS, browserProvider, 'Browser providers.'),
    browser_policies: byChoice(
      BROWSERS,
      z.record(z.string(), browserPolicy),
      'Browser policies, by browser and name.',
    ),
    agents: byName(agent, 'Approved scopes by agent.'),
    policy_bundles: byName(bundleSchema, 'Policy bundles by name.'),
    packs: byName(z.record(z.string(), pack), 'Packs by agent and pack id.'),
    api_keys: byName(apiKey, 'API keys by name.'),
  })
  .check(
    z.meta({
      title: 'thothctl tenant file',
      description: 'What a tenant should be. Members and sections that are absent are left as they are.',
    }),
  );
