import type { StreamId } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { Row } from '../../output/port.js';

/** A row, and the position to continue after it. */
export interface FollowedRow {
  readonly cursor: string;
  readonly row: Row;
}

export type FollowApi = Pick<GovApi, 'call' | 'stream' | 'tenantId'>;

/** One list that can be followed: by stream where the server has one, else by reading its newest window again. */
export interface FollowSource {
  /** Name in cursor files and notices. */
  readonly name: string;
  readonly stream: StreamId;
  /** The newest rows, newest first, at most `limit`. */
  readonly window: (api: FollowApi, limit: number, signal?: AbortSignal) => Promise<readonly Row[]>;
  /** What makes a row the same row when it is read again. A row without an id is always new. */
  readonly id: (row: Row) => string | undefined;
}

export const VIOLATIONS: FollowSource = {
  name: 'violations',
  stream: 'streamViolations',
  window: async (api, limit, signal) =>
    (await api.call('listViolations', { query: { limit } }, { signal })).items,
  id: (row) => text(row['event_id']) ?? text(row['id']) ?? text(row['violation_id']),
};

export const FEED: FollowSource = {
  name: 'feed',
  stream: 'streamFeed',
  window: async (api, limit, signal) =>
    (await api.call('listGovernanceFeed', { query: { page: 1, per_page: limit } }, { signal })).data,
  id: (row) => text(row['event_id']),
};

export const APPROVALS: FollowSource = {
  name: 'approvals',
  stream: 'streamApprovals',
  window: async (api, limit, signal) =>
    (await api.call('listApprovals', { query: { page: 1, per_page: limit } }, { signal })).data,
  // An approval is a new row whenever its state moved.
  id: (row) => {
    const id = text(row['approval_id']);
    const votes = row['approvals'];
    return id && `${id} ${String(row['status'])} ${Array.isArray(votes) ? votes.length : 0}`;
  },
};

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
