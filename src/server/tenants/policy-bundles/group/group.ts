import type { CompiledQuery } from 'kysely';
import type { PolicyBundleGroup } from '../../../../contract/govapi/types.js';
import type { ControlContext } from '../../../http/control-context.js';
import { HttpError, type RouteContext } from '../../../http/port.js';
import { instant, objectMember, textMember, type JsonObject } from '../../json-documents.js';
import { resourceStore, type ResourceStore, type StoredResource } from '../../resources.js';

export interface GroupDocument {
  readonly [member: string]: unknown;
  readonly digest: string;
  readonly size: number;
  readonly status: 'open' | 'committed';
  /** Groups are of the credential that opened them: what it sent cannot be exchanged by another. */
  readonly credential_id: string;
  readonly provenance: JsonObject;
}

export type Group = StoredResource<GroupDocument>;

const LIFE_MS = 60 * 60_000;
/** Unfinished pushes leave groups behind, each with its policies. */
const OPEN_GROUPS = 8;

export function groupStore(context: Pick<ControlContext, 'store'>): ResourceStore<GroupDocument> {
  return resourceStore(context, {
    kind: 'policy_group',
    narrow: (document) => ({
      digest: textMember(document, 'digest') ?? '',
      size: Number(document['size']),
      status: document['status'] === 'committed' ? 'committed' : 'open',
      credential_id: textMember(document, 'credential_id') ?? '',
      provenance: objectMember(document, 'provenance'),
    }),
  });
}

/** The open group of the same digest and credential, or a new one. What has had its time is cleared away meanwhile. */
export async function openGroup(
  context: ControlContext,
  caller: Pick<RouteContext, 'tenantId' | 'principal'>,
  wanted: Pick<GroupDocument, 'digest' | 'size' | 'provenance'>,
): Promise<Group> {
  const { tenantId } = caller;
  const groups = groupStore(context);
  return context.tenants.exclusively(tenantId, async () => {
    const now = context.clock.now();
    const all = await groups.list(tenantId);
    const living = all.filter((group) => group.createdAt + LIFE_MS > now);
    const same = living.find(
      ({ document }) =>
        document.status === 'open' &&
        document.digest === wanted.digest &&
        document.size === wanted.size &&
        document.credential_id === caller.principal.credentialId,
    );
    if (same !== undefined) return same;
    const open = living
      .filter(({ document }) => document.status === 'open')
      .sort((a, b) => b.createdAt - a.createdAt);
    const gone = [...all.filter((group) => !living.includes(group)), ...open.slice(OPEN_GROUPS - 1)];
    const group: Group = {
      id: context.newId('pg'),
      document: { ...wanted, status: 'open', credential_id: caller.principal.credentialId },
      secrets: {},
      createdAt: now,
      updatedAt: now,
    };
    // No evidence yet: nothing governs differently before the commit.
    await context.store.commit({
      tenantId,
      evidence: [],
      statements: [
        ...gone.flatMap(({ id }) => [groups.remove(tenantId, id), removeMembers(context, tenantId, id)]),
        groups.insert(tenantId, group),
      ],
    });
    return group;
  });
}

/** The caller's group, or 404. */
export async function findGroup(
  context: ControlContext,
  caller: Pick<RouteContext, 'tenantId' | 'principal'>,
  id: string,
): Promise<Group> {
  const group = await groupStore(context).find(caller.tenantId, id);
  if (
    group === undefined ||
    group.createdAt + LIFE_MS <= context.clock.now() ||
    group.document.credential_id !== caller.principal.credentialId
  )
    throw new HttpError(404, 'not_found', 'no such group, or its hour is over');
  return group;
}

export async function presentGroup(
  { store }: ControlContext,
  tenantId: string,
  { id, document, createdAt }: Group,
): Promise<PolicyBundleGroup> {
  const rows = await store.read
    .selectFrom('policy_group_members')
    .select('name')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', id)
    .orderBy('name')
    .execute();
  return {
    group_id: id,
    status: document.status,
    digest: document.digest,
    size: document.size,
    staged: rows.map(({ name }) => name),
    expires_at: instant(createdAt + LIFE_MS),
  };
}

function removeMembers({ store }: ControlContext, tenantId: string, groupId: string): CompiledQuery {
  return store.build
    .deleteFrom('policy_group_members')
    .where('tenant_id', '=', tenantId)
    .where('group_id', '=', groupId)
    .compile();
}
