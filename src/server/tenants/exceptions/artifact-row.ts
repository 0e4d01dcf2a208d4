import type { PolicyChangeArtifact } from '../../../contract/govapi/types.js';
import type { ServerContext } from '../../context.js';
import type { Database } from '../../store/schema.js';
import { instant, isJsonObject, objectMember, parseDocument, textMember } from '../json-documents.js';

export type ArtifactRow = Database['policy_change_artifacts'];

const CHANNELS = ['govapi', 'terraform', 'pulumi', 'thothctl'] as const;

export function presentArtifact(row: ArtifactRow): PolicyChangeArtifact {
  const document = parseDocument(row.document);
  const text = (member: string): string | null => textMember(document, member) ?? null;
  const change = document['policy_change'];
  return {
    artifact_id: row.artifact_id,
    request_id: row.request_id,
    target_environment: row.target_environment,
    owner: text('owner'),
    status: text('applied_at') === null ? 'generated' : 'applied',
    policies: policiesOf(row),
    policy_change: isJsonObject(change) ? change : null,
    applied_at: text('applied_at'),
    applied_by: text('applied_by'),
    apply_channel: CHANNELS.find((known) => known === document['apply_channel']) ?? null,
    bundle_id: text('bundle_id'),
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
  };
}

export function policiesOf(row: ArtifactRow): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectMember(parseDocument(row.document), 'policies')).flatMap(([format, policy]) =>
      typeof policy === 'string' ? [[format, policy]] : [],
    ),
  );
}

export function findArtifact(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
  requestId: string,
): Promise<ArtifactRow | undefined> {
  return store.read
    .selectFrom('policy_change_artifacts')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('request_id', '=', requestId)
    .executeTakeFirst();
}

/** Creates or replaces the artifact of a request; its id and time of creation stay. */
export function saveArtifact({ store }: Pick<ServerContext, 'store'>, row: ArtifactRow) {
  const { target_environment, document, updated_at } = row;
  return store.build
    .insertInto('policy_change_artifacts')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'request_id']).doUpdateSet({ target_environment, document, updated_at }),
    )
    .compile();
}
