import type { Migration } from './index.js';
import { leanDecisions } from './0002/lean-decisions.js';
import { mcpCallTables } from './0002/mcp-calls.js';
import { endpointTables } from './0002/endpoints.js';
import { evidenceQualityTables } from './0002/evidence-quality.js';
import { readModelTables } from './0002/read-models.js';
import { mdmTables } from './0002/mdm.js';
import { deliveryTables } from './0002/deliveries.js';
import { exceptionTables } from './0002/exceptions.js';
import { packTables } from './0002/packs.js';
import { policyGroupTables } from './0002/policy-groups.js';
import { resourceTables } from './0002/resources.js';

/** The resource families beyond governance itself; each family declares its own tables. */
export const families: Migration = {
  version: 2,
  name: 'families',
  sql: [
    resourceTables,
    mcpCallTables,
    leanDecisions,
    endpointTables,
    readModelTables,
    mdmTables,
    deliveryTables,
    packTables,
    evidenceQualityTables,
    exceptionTables,
    policyGroupTables,
  ].join('\n'),
};
