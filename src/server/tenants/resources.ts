import type { CompiledQuery } from 'kysely';
import type { ServerContext } from '../context.js';
import type { Database } from '../store/schema.js';
import { parseDocument, type JsonObject } from './json-documents.js';

/** One resource of a small family. Instants are milliseconds since the epoch. */
export interface StoredResource<Document> {
  readonly id: string;
  readonly document: Document;
  /** Write-only members, apart from everything a reply may show. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A family of resources that share the table: its name there, and how a stored document is narrowed. */
export interface ResourceFamily<Document extends object> {
  readonly kind: string;
  readonly narrow: (document: JsonObject) => Document;
}

export interface ResourceStore<Document extends object> {
  /** By id. */
  list(tenantId: string): Promise<StoredResource<Document>[]>;
  find(tenantId: string, id: string): Promise<StoredResource<Document> | undefined>;
  /** Fails the unit with a `StoreConflict` when the id is taken. */
  insert(tenantId: string, resource: StoredResource<Document>): CompiledQuery;
  /** Creates or replaces; the time of creation stays. */
  put(tenantId: string, resource: StoredResource<Document>): CompiledQuery;
  remove(tenantId: string, id: string): CompiledQuery;
}

/** Reads and write statements of one family; writes go through `commitChange`. */
export function resourceStore<Document extends object>(
  { store }: Pick<ServerContext, 'store'>,
  { kind, narrow }: ResourceFamily<Document>,
): ResourceStore<Document> {
  const rows = (tenantId: string) =>
    store.read.selectFrom('resources').selectAll().where('tenant_id', '=', tenantId).where('kind', '=', kind);

  const columns = (tenantId: string, resource: StoredResource<Document>): Database['resources'] => ({
    tenant_id: tenantId,
    kind,
    id: resource.id,
    document: JSON.stringify(resource.document),
    secrets: JSON.stringify(resource.secrets),
    created_at: resource.createdAt,
    updated_at: resource.updatedAt,
  });

  const stored = (row: Database['resources']): StoredResource<Document> => ({
    id: row.id,
    document: narrow(parseDocument(row.document)),
    secrets: textMembers(parseDocument(row.secrets)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });

  return {
    list: async (tenantId) => (await rows(tenantId).orderBy('id').execute()).map(stored),
    find: async (tenantId, id) => {
      const row = await rows(tenantId).where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : stored(row);
    },
    insert: (tenantId, resource) =>
      store.build.insertInto('resources').values(columns(tenantId, resource)).compile(),
    put: (tenantId, resource) => {
      const { document, secrets, updated_at, ...fixed } = columns(tenantId, resource);
      const changing = { document, secrets, updated_at };
      return store.build
        .insertInto('resources')
        .values({ ...fixed, ...changing })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'id']).doUpdateSet(changing))
        .compile();
    },
    remove: (tenantId, id) =>
      store.build
        .deleteFrom('resources')
        .where('tenant_id', '=', tenantId)
        .where('kind', '=', kind)
        .where('id', '=', id)
        .compile(),
  };
}

function textMembers(document: JsonObject): Record<string, string> {
  const members: Record<string, string> = {};
  for (const [name, value] of Object.entries(document)) if (typeof value === 'string') members[name] = value;
  return members;
}
