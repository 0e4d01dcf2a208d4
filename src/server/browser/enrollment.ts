import type {
  BrowserEnrollment,
  BrowserEnrollmentUpsert,
  BrowserProviderSlug,
} from '../../contract/govapi/types.js';
import { instant, isJsonObject, ownMember, textMember, type JsonObject } from '../tenants/json-documents.js';
import type { ResourceFamily, StoredResource } from '../tenants/resources.js';
import { browserOf } from './provider.js';

interface EnrollmentDocument {
  readonly provider: BrowserProviderSlug;
  readonly user_id: string;
  readonly device_id: string;
  readonly browser_profile: string | null;
  readonly status: BrowserEnrollment['status'];
  readonly metadata: JsonObject | null;
  /** As the caller wrote it. */
  readonly last_seen_at: string | null;
}

export type StoredEnrollment = StoredResource<EnrollmentDocument>;

const STATUSES = ['active', 'pending', 'disabled'] as const;

export const enrollmentFamily: ResourceFamily<EnrollmentDocument> = {
  kind: 'browser_enrollment',
  narrow: (document) => {
    const metadata = ownMember(document, 'metadata');
    return {
      provider: browserOf(textMember(document, 'provider')),
      user_id: textMember(document, 'user_id') ?? '',
      device_id: textMember(document, 'device_id') ?? '',
      browser_profile: textMember(document, 'browser_profile') ?? null,
      status: STATUSES.find((known) => known === ownMember(document, 'status')) ?? null,
      metadata: isJsonObject(metadata) ? metadata : null,
      last_seen_at: textMember(document, 'last_seen_at') ?? null,
    };
  },
};

/** The row a write is meant for: by id, or without one by browser, user, device and profile. */
export function enrollmentMeant(
  all: readonly StoredEnrollment[],
  written: BrowserEnrollmentUpsert,
): StoredEnrollment | undefined {
  if (written.enrollment_id) return all.find((enrollment) => enrollment.id === written.enrollment_id);
  return all.find(
    ({ document }) =>
      document.provider === written.provider &&
      document.user_id === written.user_id &&
      document.device_id === written.device_id &&
      document.browser_profile === (written.browser_profile ?? null),
  );
}

export function writtenEnrollment(
  id: string,
  before: StoredEnrollment | undefined,
  written: BrowserEnrollmentUpsert,
  now: number,
): StoredEnrollment {
  return {
    id,
    document: {
      provider: written.provider,
      user_id: written.user_id,
      device_id: written.device_id,
      browser_profile: written.browser_profile ?? null,
      status: written.status ?? null,
      metadata: written.metadata ?? null,
      last_seen_at: written.last_seen_at ?? null,
    },
    secrets: {},
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

export function presentEnrollment(stored: StoredEnrollment): BrowserEnrollment {
  return {
    enrollment_id: stored.id,
    ...stored.document,
    created_at: instant(stored.createdAt),
    updated_at: instant(stored.updatedAt),
  };
}
