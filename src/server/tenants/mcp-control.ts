import { bareHost } from '../../engine/mcp/host.js';
import type { McpControl, McpVendorRule } from '../../engine/mcp/control.js';
import type { Store } from '../store/port.js';
import { objectMember, ownMember, parseDocument, textList, type JsonObject } from './json-documents.js';

/** Family name of MCP vendors in the table of resources. */
export const MCP_VENDOR_KIND = 'mcp_vendor';

/** The allow-list as decisions see it: the section of the settings, and the registry. */
export async function readMcpControl(
  store: Store,
  tenantId: string,
  settings: JsonObject,
): Promise<McpControl> {
  const rows = await store.read
    .selectFrom('resources')
    .select(['id', 'document'])
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', MCP_VENDOR_KIND)
    .orderBy('id')
    .execute();
  const section = objectMember(settings, 'mcp_control');
  return {
    enabled: ownMember(section, 'enabled') === true,
    observeOnly: ownMember(section, 'observe_only') === true,
    approvedOnly: ownMember(section, 'pass_through_approved') !== false,
    approvedHostPatterns: hosts(ownMember(section, 'approved_host_patterns')),
    vendors: rows.map((row) => vendorRule(row.id, parseDocument(row.document))),
  };
}

function vendorRule(id: string, vendor: JsonObject): McpVendorRule {
  const allowed = ownMember(vendor, 'allowed_tools');
  return {
    id,
    approved: ownMember(vendor, 'approved') === true,
    hostPatterns: hosts(ownMember(vendor, 'host_patterns')),
    allowedTools: Array.isArray(allowed) ? textList(allowed) : undefined,
    blockedTools: textList(ownMember(vendor, 'blocked_tools')),
  };
}

function hosts(patterns: unknown): readonly string[] {
  return textList(patterns)
    .filter((pattern) => pattern.trim() !== '')
    .map(bareHost);
}
