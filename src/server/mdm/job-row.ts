import type { MdmSyncJob, MdmSyncStatus } from '../../contract/govapi/types.js';
import type { Database } from '../store/schema.js';
import { instant, parseDocument, textMember, type JsonObject } from '../tenants/json-documents.js';
import { isProviderSlug } from './connectors.js';

type Row = Database['mdm_jobs'];

const STATUSES: readonly MdmSyncStatus[] = ['queued', 'running', 'succeeded', 'failed'];

/** Undefined for a row this version does not understand. */
export function presentJob(row: Row): MdmSyncJob | undefined {
  if (!isProviderSlug(row.provider)) return undefined;
  const document = parseDocument(row.document);
  return {
    job_id: row.job_id,
    provider: row.provider,
    status: STATUSES.find((status) => status === row.status) ?? 'failed',
    synced_endpoints: countMember(document, 'synced_endpoints'),
    unassigned_count: countMember(document, 'unassigned_count'),
    error: textMember(document, 'error') ?? null,
    started_at: textMember(document, 'started_at') ?? null,
    completed_at: textMember(document, 'completed_at') ?? null,
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
  };
}

function countMember(document: JsonObject, member: string): number {
  const value = document[member];
  return typeof value === 'number' ? value : 0;
}
