export { follow, tail, type FollowOptions, type TailOptions } from './follow.js';
export { APPROVALS, FEED, VIOLATIONS, type FollowApi, type FollowSource } from './source.js';
