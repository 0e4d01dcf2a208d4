import type { SendableFamily } from '../bulk/index.js';

/** Vendors from a file. Ids are natural keys, so running a file again makes no vendor twice. */
export const VENDOR_ROWS: SendableFamily<'createMcpVendor'> = {
  what: 'vendors',
  operation: 'createMcpVendor',
  fields: {
    vendor_id: 'text',
    display_name: 'text',
    approved: 'boolean',
    host_patterns: 'list',
    source: 'text',
    notes: 'text',
    last_seen_at: 'text',
    allowed_tools: 'list',
    blocked_tools: 'list',
  },
  keyName: 'vendor_id',
  key: (body) => body.vendor_id,
  send: async (api, body, signal) => {
    const { vendor_id, display_name } = await api.call('createMcpVendor', { body }, { signal });
    return { vendor_id, display_name };
  },
};
