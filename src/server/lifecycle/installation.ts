import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { errorCode, ThothctlError } from '../../errors/index.js';
import type { Clock, StreamHub } from '../context.js';
import type { Store } from '../store/port.js';
import { newAdminSession } from '../tenants/admin-sessions.js';
import { credentialHash } from '../tenants/credential-directory.js';
import { createTenant, TENANT_ID } from '../tenants/new-tenant.js';
import { commitChange, SERVER_ACTOR } from '../tenants/recorded-change.js';
import { DEFAULT_TENANT } from './options.js';
import { readIfPresent, replaceFile } from './owner-only-file.js';

const OWNER_TENANT = 'owner_tenant_id';
const SESSION_SECRET = 'session_secret';
const SEED_PENDING = 'seed_pending';

export interface Installation {
  readonly ownerTenantId: string;
  readonly sessionSecret: string;
  readonly adminTokenFile: string;
  /** A seed was given at the first start and has not been applied to its end. */
  readonly seedPending: boolean;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly streams: StreamHub;
  newId(prefix: string): string;
}

/**
 * Makes sure the data directory holds an installation: the first tenant, its admin token in a file of mode 0600, and
 * the secret that signs sessions. A lost token file is replaced by a fresh token at the next start.
 */
export async function openInstallation(
  parts: Parts,
  dataDir: string,
  asked: { readonly tenantId: string | undefined; readonly seeded: boolean },
): Promise<Installation> {
  const adminTokenFile = join(dataDir, 'admin-token');
  const meta = new Map(
    (await parts.store.read.selectFrom('meta').selectAll().execute()).map((row) => [row.key, row.value]),
  );
  const owner = meta.get(OWNER_TENANT);
  const known = meta.get(SESSION_SECRET);
  if (owner !== undefined && known !== undefined) {
    checkOwner(owner, asked.tenantId, dataDir);
    await restoreAdminToken({ ...parts, sessionSecret: known }, owner, adminTokenFile);
    return {
      ownerTenantId: owner,
      sessionSecret: known,
      adminTokenFile,
      seedPending: meta.has(SEED_PENDING),
    };
  }

  const ownerTenantId = asked.tenantId ?? DEFAULT_TENANT;
  if (!TENANT_ID.test(ownerTenantId)) throw badTenantId(ownerTenantId);
  const sessionSecret = randomBytes(32).toString('base64url');
  const { session } = await createTenant({ ...parts, sessionSecret }, ownerTenantId, SERVER_ACTOR, [
    metaRow(parts.store, OWNER_TENANT, ownerTenantId),
    metaRow(parts.store, SESSION_SECRET, sessionSecret),
    // In the unit that makes this the first start: a start interrupted while seeding goes on at the next.
    ...(asked.seeded ? [metaRow(parts.store, SEED_PENDING, '1')] : []),
  ]);
  await writeToken(adminTokenFile, session.token);
  return { ownerTenantId, sessionSecret, adminTokenFile, seedPending: asked.seeded };
}

export async function seedApplied({ store }: Pick<Parts, 'store'>, tenantId: string): Promise<void> {
  const statements = [store.build.deleteFrom('meta').where('key', '=', SEED_PENDING).compile()];
  await store.commit({ tenantId, evidence: [], statements });
}

function checkOwner(owner: string, asked: string | undefined, dataDir: string): void {
  if (asked === undefined || asked === owner) return;
  throw new ThothctlError({
    code: 'other_tenant',
    message: `the data directory ${dataDir} belongs to the tenant ${owner}, not ${asked}`,
    exit: 'usage',
    fix: `leave --tenant-id out, or choose another directory with --data; more tenants of this installation come with: thothctl tenants create`,
  });
}

async function restoreAdminToken(
  parts: Parts & { readonly sessionSecret: string },
  tenantId: string,
  adminTokenFile: string,
): Promise<void> {
  // An unreadable file is replaced like a lost one, or the write says what is wrong there.
  const token = await readIfPresent(adminTokenFile).catch(() => undefined);
  if (token !== undefined) {
    const row = await parts.store.read
      .selectFrom('admin_sessions')
      .select('revoked_at')
      .where('tenant_id', '=', tenantId)
      .where('token_hash', '=', credentialHash(token))
      .executeTakeFirst();
    if (row?.revoked_at === null) return;
  }
  const session = newAdminSession(parts, {
    tenantId,
    name: 'admin',
    now: parts.clock.now(),
    expiresAt: null,
    mintedBy: null,
  });
  await commitChange(parts, {
    tenantId,
    action: 'admin_session.create',
    actor: SERVER_ACTOR,
    target: { type: 'admin_session', id: session.sessionId },
    facts: { reason: 'the admin token file was missing or its token no longer valid' },
    statements: [session.statement],
  });
  await writeToken(adminTokenFile, session.token);
}

async function writeToken(adminTokenFile: string, token: string): Promise<void> {
  try {
    await replaceFile(adminTokenFile, `${token}\n`);
  } catch (cause) {
    const why = errorCode(cause) ?? 'unknown cause';
    throw new ThothctlError({
      code: 'admin_token_not_written',
      message: `the admin token cannot be written to ${adminTokenFile} (${why})`,
      exit: 'usage',
      fix: 'make room or mend the permissions there, then start again: the next start makes a new token',
      cause,
    });
  }
}

function metaRow(store: Store, key: string, value: string) {
  return store.build.insertInto('meta').values({ key, value }).compile();
}

function badTenantId(tenantId: string): ThothctlError {
  return new ThothctlError({
    code: 'tenant_id_invalid',
    message: `${JSON.stringify(tenantId)} is not a tenant id`,
    exit: 'usage',
    fix: 'use lower-case letters, digits and inner hyphens, 63 characters at most',
  });
}
