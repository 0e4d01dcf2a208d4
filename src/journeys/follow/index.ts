export { tail } from './follow.js';
export { followNew } from './follow-new.js';
export { FEED_COLUMNS, VIOLATION_COLUMNS } from './columns.js';
export { cursorPlace } from './cursor-place.js';
export { tailFlags, wantedRows } from './tail-flags.js';
export { APPROVALS, FEED, VIOLATIONS, type FollowApi, type FollowSource } from './source.js';
