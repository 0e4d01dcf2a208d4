import type { Column } from '../../output/port.js';

export const KEY_COLUMNS: readonly Column[] = [
  { key: 'key_id', header: 'KEY', kind: 'id' },
  { key: 'name', header: 'NAME' },
  { key: 'prefix', header: 'PREFIX', spare: true },
  { key: 'scope_level', header: 'SCOPE' },
  { key: 'scope_target_id', header: 'TARGET', kind: 'id' },
  { key: 'permissions', header: 'PERMISSIONS', spare: true },
  { key: 'active', header: 'ACTIVE', kind: 'state' },
  { key: 'expires_at', header: 'EXPIRES', kind: 'time' },
  { key: 'last_used_at', header: 'LAST USED', kind: 'time', spare: true },
];
