import type { Candidate } from '../combine.js';
import type { EngineReasonCode } from '../reason-codes.js';
import type { EngineRequest, TenantSnapshot } from '../types.js';
import { judgeMcpCall, type McpFinding } from './control.js';
import { mcpHost } from './host.js';

/** What MCP control asks for: refusals, or with `observe_only` flags. */
export interface McpOpinion {
  readonly candidates: readonly Candidate[];
  readonly flags: readonly McpFinding[];
}

const NONE: McpOpinion = { candidates: [], flags: [] };

/** A call that names no MCP server is none of MCP control's business. */
export function mcpOpinion(
  { metadata, toolName }: EngineRequest,
  { mcpControl }: TenantSnapshot,
): McpOpinion {
  if (!mcpControl.enabled) return NONE;
  const host = mcpHost(metadata);
  const finding = host === undefined ? undefined : judgeMcpCall(mcpControl, host, toolName);
  if (host === undefined || finding === undefined) return NONE;
  if (mcpControl.observeOnly) return { candidates: [], flags: [finding] };
  return { candidates: [refusal(finding, host, toolName)], flags: [] };
}

function refusal(finding: McpFinding & EngineReasonCode, host: string, toolName: string): Candidate {
  return {
    word: 'BLOCK',
    reasonCode: finding,
    reason:
      finding === 'mcp_host_not_approved'
        ? `the MCP server ${host} is not on the tenant's allow-list`
        : `the vendor of the MCP server ${host} does not allow ${toolName}`,
    ruleIds: ['mcp-control'],
    references: [],
    namesTool: false,
    timeoutSeconds: undefined,
  };
}
