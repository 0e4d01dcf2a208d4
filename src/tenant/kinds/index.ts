import { agents, packs } from './agents.js';
import { apiKeys } from './api-keys.js';
import { browserPolicies, browserProviders } from './browser.js';
import { fleets } from './fleets.js';
import type { Kind } from './kind.js';
import { mcpVendors } from './mcp-vendors.js';
import { mdm } from './mdm.js';
import { policyBundles } from './policy-bundles.js';
import { settings } from './settings.js';

/** In the order in which they are written; deletions go the other way. Keys come last: they may name fleets. */
export const KINDS: readonly Kind[] = [
  settings,
  fleets,
  mcpVendors,
  mdm,
  browserProviders,
  browserPolicies,
  agents,
  policyBundles,
  packs,
  apiKeys,
];
