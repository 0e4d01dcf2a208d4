import type { Column } from '../../output/port.js';

export const VENDOR_COLUMNS: readonly Column[] = [
  { key: 'vendor_id', header: 'VENDOR', kind: 'id' },
  { key: 'display_name', header: 'NAME' },
  { key: 'approved', header: 'APPROVED', kind: 'state' },
  { key: 'host_patterns', header: 'HOSTS' },
  { key: 'blocked_tools', header: 'BLOCKED TOOLS' },
  { key: 'source', header: 'SOURCE' },
  { key: 'last_seen_at', header: 'LAST SEEN', kind: 'time' },
];

export const INVENTORY_COLUMNS: readonly Column[] = [
  { key: 'endpoint_id', header: 'ENDPOINT', kind: 'id' },
  { key: 'hostname', header: 'HOST NAME' },
  { key: 'total_calls', header: 'CALLS', kind: 'number' },
  { key: 'unapproved_calls', header: 'UNAPPROVED', kind: 'number' },
  { key: 'unapproved_hosts', header: 'UNAPPROVED SERVERS' },
  { key: 'vendors', header: 'VENDORS' },
  { key: 'last_seen_at', header: 'LAST SEEN', kind: 'time' },
];
