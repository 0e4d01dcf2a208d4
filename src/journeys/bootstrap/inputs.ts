import type { MdmProviderName } from '../mdm/index.js';

export const COMPLIANCE_PROFILES = [
  'soc2',
  'healthcare',
  'financial',
  'public_sector',
  'privacy',
  'ai_governance',
] as const;
export const SHADOW_ACTIONS = ['allow', 'step_up', 'block'] as const;
export const RISK_TIERS = ['low', 'medium', 'high', 'critical'] as const;

export type RiskTierName = (typeof RISK_TIERS)[number];
export type ShadowActionName = (typeof SHADOW_ACTIONS)[number];

/** Where a request header takes its value from when a governed call leaves for `host_pattern`. */
export interface AuthBinding {
  readonly host_pattern: string;
  readonly header: string;
  readonly secret_ref: string;
  readonly prefix?: string;
}

/** What one bootstrap call was asked to do. A member that is undefined leaves the tenant's value alone. */
export interface BootstrapInputs {
  readonly complianceProfile?: (typeof COMPLIANCE_PROFILES)[number];
  readonly regulatoryRegimes?: readonly string[];
  readonly shadow: Readonly<Partial<Record<RiskTierName, ShadowActionName>>>;
  readonly toolRiskOverrides?: Readonly<Record<string, RiskTierName>>;
  readonly webhook: {
    readonly url?: string;
    readonly secret?: string;
    readonly enabled?: boolean;
    readonly test: boolean;
  };
  readonly mdm?: {
    readonly provider: MdmProviderName;
    readonly name?: string;
    readonly enabled?: boolean;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly startSync: boolean;
  };
  readonly secretBroker: {
    readonly provider?: string;
    readonly enabled?: boolean;
    readonly strictEndpointMode?: boolean;
    readonly failOnMissingSecret?: boolean;
    readonly allowedHosts?: readonly string[];
    readonly authBindings?: readonly AuthBinding[];
  };
}
