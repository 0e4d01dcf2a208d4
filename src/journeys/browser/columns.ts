import type { Column } from '../../output/port.js';

export const PROVIDER_COLUMNS: readonly Column[] = [
  { key: 'provider', header: 'BROWSER', kind: 'id' },
  { key: 'name', header: 'NAME' },
  { key: 'enabled', header: 'ENABLED', kind: 'state' },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'last_error', header: 'ERROR' },
  { key: 'updated_at', header: 'CHANGED', kind: 'time' },
];

export const POLICY_COLUMNS: readonly Column[] = [
  { key: 'policy_id', header: 'POLICY', kind: 'id' },
  { key: 'provider', header: 'BROWSER' },
  { key: 'name', header: 'NAME' },
  { key: 'enforcement_mode', header: 'MODE', kind: 'state' },
  { key: 'active', header: 'ACTIVE', kind: 'state' },
  { key: 'version', header: 'VERSION', kind: 'number', spare: true },
  { key: 'updated_at', header: 'CHANGED', kind: 'time', spare: true },
];

export const ENROLLMENT_COLUMNS: readonly Column[] = [
  { key: 'enrollment_id', header: 'ENROLLMENT', kind: 'id' },
  { key: 'provider', header: 'BROWSER' },
  { key: 'user_id', header: 'USER', kind: 'id' },
  { key: 'device_id', header: 'DEVICE', kind: 'id' },
  { key: 'browser_profile', header: 'PROFILE', spare: true },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'last_seen_at', header: 'LAST SEEN', kind: 'time' },
];

export const SYNC_COLUMNS: readonly Column[] = [
  { key: 'provider', header: 'BROWSER' },
  { key: 'policies', header: 'POLICIES' },
  { key: 'state', header: 'STATE', kind: 'state' },
  { key: 'path', header: 'FILE', kind: 'id' },
];
