export { bulkFlags } from '../bulk/index.js';
export { defined, jsonObject } from '../json-object/index.js';
export { catalogView, verifyCatalog } from './catalog.js';
export { INVENTORY_COLUMNS, VENDOR_COLUMNS } from './columns.js';
export { vendorFlags, vendorMembers } from './vendor-flags.js';
export { createVendors, updateVendor } from './vendors.js';
