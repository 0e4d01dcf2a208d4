import { comparable, type Kind } from './kind.js';
import { writable } from './write-body.js';

const MEMBERS = ['display_name', 'approved', 'host_patterns', 'source', 'notes'];

export const mcpVendors: Kind = {
  section: 'mcp_vendors',
  levels: 1,
  sets: ['host_patterns'],
  async read(api, _asked, signal) {
    const { data } = await api.call('listMcpVendors', {}, { signal });
    return data.map((vendor) => ({ identity: [vendor.vendor_id], fields: comparable(vendor, MEMBERS) }));
  },
  async put(api, { identity: [vendorId = ''], wanted, present }, signal) {
    const body = await writable('createMcpVendor', { ...present?.fields, ...wanted, vendor_id: vendorId });
    if (present === undefined) await api.call('createMcpVendor', { body }, { signal });
    else await api.call('updateMcpVendor', { path: { vendorId }, body }, { signal });
  },
  async remove(api, { identity: [vendorId = ''] }, signal) {
    await api.call('deleteMcpVendor', { path: { vendorId } }, { signal });
  },
};
