export {
  COMPLIANCE_PROFILES,
  RISK_TIERS,
  SHADOW_ACTIONS,
  type BootstrapInputs,
  type RiskTierName,
} from './inputs.js';
export {
  parseAuthBinding,
  parseBrokerProvider,
  parseToolRiskOverrides,
  parseWebhookUrl,
} from './parse-inputs.js';
export { readMdmConfig } from './mdm-config.js';
export { runBootstrap, type BootstrapReport, type StageName, type StageResult } from './run.js';
