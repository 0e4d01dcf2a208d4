import type { OperationTypes } from '../../../../src/contract/govapi/operation-types.js';
import type { Effects } from '../rehearsal.js';
import { accessEffects } from './access.js';
import { approvalEffects } from './approvals.js';
import { billingEffects } from './billing.js';
import { browserEffects } from './browser.js';
import { bundleEffects } from './bundles.js';
import { deliveryEffects } from './deliveries.js';
import { endpointEffects } from './endpoints.js';
import { evidenceEffects } from './evidence.js';
import { exceptionEffects } from './exceptions.js';
import { forensicsEffects } from './forensics.js';
import { governanceEffects } from './governance.js';
import { keyEffects } from './keys.js';
import { mcpEffects } from './mcp.js';
import { mdmEffects } from './mdm.js';
import { packEffects } from './packs.js';
import { reportEffects } from './reports.js';
import { settingsEffects } from './settings.js';
import { violationEffects } from './violations.js';

/** Every operation of the control plane; a new one without an effect does not compile. */
export const effects: Effects<keyof OperationTypes> = {
  ...settingsEffects,
  ...mdmEffects,
  ...browserEffects,
  ...mcpEffects,
  ...keyEffects,
  ...evidenceEffects,
  ...forensicsEffects,
  ...governanceEffects,
  ...exceptionEffects,
  ...bundleEffects,
  ...approvalEffects,
  ...packEffects,
  ...deliveryEffects,
  ...endpointEffects,
  ...billingEffects,
  ...reportEffects,
  ...violationEffects,
  ...accessEffects,
};
