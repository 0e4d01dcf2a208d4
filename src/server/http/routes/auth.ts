import { newAdminSession } from '../../tenants/admin-sessions.js';
import { instant } from '../../tenants/json-documents.js';
import {
  DEFAULT_CODE_SECONDS,
  loginCodeHash,
  newLoginCode,
  SESSION_HOURS,
} from '../../tenants/login-codes.js';
import { isLoginState, signLoginState } from '../../tenants/login-states.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import { StoreConflict } from '../../store/port.js';
import type { ControlContext } from '../control-context.js';
import { presentedCredential } from '../credential-headers.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

const NAME_LIMIT = 200;
const HOUR_MS = 3_600_000;

/** Sign-in without an identity provider: an admin issues a one-time code, its bearer exchanges it for a session. */
export function authRoutes(context: ControlContext): Route[] {
  const { store, clock, credentials, sessionSecret } = context;
  const rejected = (): HttpError =>
    new HttpError(
      401,
      'login_code_rejected',
      'the code is wrong, already used, expired or of another tenant',
    );

  return [
    operation('startCliLogin', 'none', async ({ params }) => {
      // The same for a tenant that is not here: nobody has signed in yet who could be told.
      const tenantId = params['tenantId'] ?? '';
      const expiresAt = clock.now() + DEFAULT_CODE_SECONDS * 1000;
      return {
        status: 200,
        body: {
          state: signLoginState(tenantId, expiresAt, sessionSecret),
          authorize_url: null,
          expires_at: instant(expiresAt),
        },
      };
    }),

    operation('exchangeCliLogin', 'none', async (request) => {
      const tenantId = request.params['tenantId'] ?? '';
      const { code, state } = request.body;
      const now = clock.now();
      if (state !== undefined && state !== '' && !isLoginState(state, tenantId, now, sessionSecret)) {
        throw new HttpError(400, 'invalid_request', 'the sign-in state is not of this server or has expired');
      }
      const codeHash = loginCodeHash(code);
      const open = store.read
        .selectFrom('login_codes')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('code_hash', '=', codeHash)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now);
      const row = await open.executeTakeFirst();
      if (row === undefined) throw rejected();

      const name = row.name ?? 'admin';
      const session = newAdminSession(context, {
        tenantId,
        name,
        now,
        expiresAt: now + SESSION_HOURS * HOUR_MS,
        mintedBy: row.issued_by,
      });
      try {
        await commitChange(context, {
          tenantId,
          action: 'admin_session.create',
          actor: { kind: 'login_code', credentialId: session.sessionId, name, provenance: null },
          target: { type: 'admin_session', id: session.sessionId },
          facts: { expires_at: instant(session.credential.expiresAt), minted_by: row.issued_by },
          // Two exchanges of one code at the same time: only the first finds it still open.
          guards: [{ query: open.compile(), rows: 1 }],
          statements: [
            store.build
              .updateTable('login_codes')
              .set({ used_at: now })
              .where('tenant_id', '=', tenantId)
              .where('code_hash', '=', codeHash)
              .compile(),
            session.statement,
          ],
        });
      } catch (error) {
        throw error instanceof StoreConflict ? rejected() : error;
      }
      credentials.put(session.tokenHash, session.credential);
      return {
        status: 200,
        body: {
          token: session.token,
          token_type: 'Bearer' as const,
          expires_at: instant(session.credential.expiresAt),
          principal: name,
        },
      };
    }),

    operation('checkAuth', 'none', async ({ principal, raw }) => {
      const plaintext = presentedCredential(raw.request.headers) ?? '';
      return {
        status: 200,
        body: {
          authenticated: true,
          principal: principal.name,
          kind: principal.kind,
          permissions: [...principal.permissions],
          scope_level: principal.scope.level,
          scope_target_id: principal.scope.targetId,
          tenant_id: principal.tenantId,
          expires_at: instant(credentials.find(plaintext)?.expiresAt ?? null),
        },
      };
    }),

    operation('endCliSession', 'none', async (request) => {
      const { tenantId, principal } = request;
      if (principal.kind !== 'admin') return { status: 200, body: { revoked: false } };
      const now = clock.now();
      await commitChange(context, {
        tenantId,
        action: 'admin_session.revoke',
        actor: actorOf(request),
        target: { type: 'admin_session', id: principal.credentialId },
        statements: [
          store.build
            .updateTable('admin_sessions')
            .set({ revoked_at: now })
            .where('tenant_id', '=', tenantId)
            .where('session_id', '=', principal.credentialId)
            .compile(),
        ],
      });
      credentials.revoke(principal.credentialId, now);
      return { status: 200, body: { revoked: true } };
    }),

    operation('issueLoginCode', 'write', async (request) => {
      const { tenantId, principal, body } = request;
      if (principal.kind !== 'admin')
        throw new HttpError(403, 'forbidden', 'only an admin may issue sign-in codes');
      const code = newLoginCode();
      const now = clock.now();
      const name = (body?.admin_email ?? principal.name).trim().slice(0, NAME_LIMIT);
      const expiresAt = now + (body?.ttl_seconds ?? DEFAULT_CODE_SECONDS) * 1000;
      await commitChange(context, {
        tenantId,
        action: 'login_code.issue',
        actor: actorOf(request),
        target: { type: 'login_code', id: name },
        facts: { expires_at: instant(expiresAt) },
        statements: [
          store.build
            .deleteFrom('login_codes')
            .where('tenant_id', '=', tenantId)
            .where('expires_at', '<', now)
            .compile(),
          store.build
            .insertInto('login_codes')
            .values({
              tenant_id: tenantId,
              code_hash: loginCodeHash(code),
              name,
              created_at: now,
              expires_at: expiresAt,
              used_at: null,
              issued_by: principal.credentialId,
            })
            .compile(),
        ],
      });
      return { status: 201, body: { code, expires_at: instant(expiresAt) } };
    }),
  ];
}
