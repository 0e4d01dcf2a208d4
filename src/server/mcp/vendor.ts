import type { McpVendor, McpVendorWrite } from '../../contract/govapi/types.js';
import { HttpError } from '../http/port.js';
import { instant, ownMember, textList, textMember, type JsonObject } from '../tenants/json-documents.js';
import { MCP_VENDOR_KIND } from '../tenants/mcp-control.js';
import type { ResourceFamily, StoredResource } from '../tenants/resources.js';

export interface VendorDocument {
  readonly display_name: string;
  readonly approved: boolean;
  readonly host_patterns: readonly string[];
  readonly source: string | null;
  readonly notes: string | null;
  /** As the caller wrote it. */
  readonly last_seen_at: string | null;
  readonly allowed_tools: readonly string[] | null;
  readonly blocked_tools: readonly string[] | null;
}

export type StoredVendor = StoredResource<VendorDocument>;

export const vendorFamily: ResourceFamily<VendorDocument> = {
  kind: MCP_VENDOR_KIND,
  narrow: (document) => ({
    display_name: textMember(document, 'display_name') ?? '',
    approved: ownMember(document, 'approved') === true,
    host_patterns: textList(ownMember(document, 'host_patterns')),
    source: textMember(document, 'source') ?? null,
    notes: textMember(document, 'notes') ?? null,
    last_seen_at: textMember(document, 'last_seen_at') ?? null,
    allowed_tools: tools(document, 'allowed_tools'),
    blocked_tools: tools(document, 'blocked_tools'),
  }),
};

/**
 * The vendor after a write. A write replaces what the public contract lists; the tool lists, which only this product
 * knows, stay unless the write names them: other clients must not lift a limit they cannot see.
 */
export function writtenVendor(
  id: string,
  before: StoredVendor | undefined,
  written: McpVendorWrite,
  now: number,
): StoredVendor {
  if (written.host_patterns.some((pattern) => pattern.trim() === '')) {
    throw new HttpError(400, 'invalid_request', 'host_patterns must not hold an empty pattern');
  }
  const kept = before?.document;
  return {
    id,
    document: {
      display_name: written.display_name,
      approved: written.approved ?? false,
      host_patterns: written.host_patterns,
      source: written.source ?? null,
      notes: written.notes ?? null,
      last_seen_at: written.last_seen_at ?? null,
      allowed_tools:
        written.allowed_tools === undefined ? (kept?.allowed_tools ?? null) : written.allowed_tools,
      blocked_tools:
        written.blocked_tools === undefined ? (kept?.blocked_tools ?? null) : written.blocked_tools,
    },
    secrets: {},
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

/** @param seenAt newest recorded call to one of the vendor's hosts, milliseconds since the epoch */
export function presentVendor(vendor: StoredVendor, seenAt: number | null): McpVendor {
  const { document } = vendor;
  return {
    vendor_id: vendor.id,
    ...document,
    host_patterns: [...document.host_patterns],
    allowed_tools: document.allowed_tools && [...document.allowed_tools],
    blocked_tools: document.blocked_tools && [...document.blocked_tools],
    last_seen_at: document.last_seen_at ?? instant(seenAt),
    created_at: instant(vendor.createdAt),
    updated_at: instant(vendor.updatedAt),
  };
}

function tools(document: JsonObject, member: string): readonly string[] | null {
  const value = ownMember(document, member);
  return Array.isArray(value) ? textList(value) : null;
}
