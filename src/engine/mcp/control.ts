import { bareTool } from '../tool-name.js';
import { coversHost } from './host.js';

/** A vendor of the registry as decisions need it; patterns are bare hosts with `*` for any text. */
export interface McpVendorRule {
  readonly id: string;
  readonly approved: boolean;
  readonly hostPatterns: readonly string[];
  /** Undefined means every tool. */
  readonly allowedTools: readonly string[] | undefined;
  readonly blockedTools: readonly string[];
}

/** The tenant's allow-list of MCP servers: `mcp_control` of the settings together with the vendor registry. */
export interface McpControl {
  readonly enabled: boolean;
  /** Calls are marked instead of refused. */
  readonly observeOnly: boolean;
  /** False: vendors that are not approved contribute their hosts as well. */
  readonly approvedOnly: boolean;
  readonly approvedHostPatterns: readonly string[];
  readonly vendors: readonly McpVendorRule[];
}

export const NO_MCP_CONTROL: McpControl = {
  enabled: false,
  observeOnly: false,
  approvedOnly: true,
  approvedHostPatterns: [],
  vendors: [],
};

export type McpFinding = 'mcp_host_not_approved' | 'mcp_tool_not_allowed';

/** What speaks against a call, enforced or not; undefined when host and tool are approved. */
export function judgeMcpCall(control: McpControl, host: string, toolName: string): McpFinding | undefined {
  const admitted = vendorsOf(control, host).filter((vendor) => vendor.approved || !control.approvedOnly);
  if (admitted.some((vendor) => lists(vendor.blockedTools, toolName))) return 'mcp_tool_not_allowed';
  const listed = control.approvedHostPatterns.some((pattern) => coversHost(pattern, host));
  if (admitted.length === 0) return listed ? undefined : 'mcp_host_not_approved';
  return admitted.some((vendor) => vendor.allowedTools === undefined || lists(vendor.allowedTools, toolName))
    ? undefined
    : 'mcp_tool_not_allowed';
}

export function vendorsOf(control: McpControl, host: string): readonly McpVendorRule[] {
  return control.vendors.filter((vendor) => vendor.hostPatterns.some((pattern) => coversHost(pattern, host)));
}

function lists(tools: readonly string[], toolName: string): boolean {
  return tools.some((entry) => entry === toolName || bareTool(entry) === toolName);
}
