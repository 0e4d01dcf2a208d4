import type { Column } from '../../output/index.js';

export const EXCEPTION_STATES = [
  'pending',
  'under_review',
  'approved',
  'denied',
  'approved_with_modification',
] as const;

export const EXCEPTION_COLUMNS: readonly Column[] = [
  { key: 'request_id', header: 'REQUEST', kind: 'id' },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'violation_id', header: 'VIOLATION', kind: 'id', spare: true },
  { key: 'requested_by', header: 'REQUESTED BY' },
  { key: 'reviewed_by', header: 'REVIEWED BY', spare: true },
  { key: 'override_expires_at', header: 'OVERRIDE UNTIL', kind: 'time' },
  { key: 'created_at', header: 'CREATED', kind: 'time', spare: true },
];

export const ARTIFACT_COLUMNS: readonly Column[] = [
  { key: 'request_id', header: 'REQUEST', kind: 'id' },
  { key: 'artifact_id', header: 'ARTIFACT', kind: 'id', spare: true },
  { key: 'status', header: 'STATUS', kind: 'state' },
  { key: 'target_environment', header: 'ENVIRONMENT' },
  { key: 'owner', header: 'OWNER' },
  { key: 'applied_at', header: 'APPLIED', kind: 'time' },
];
