import { apiKeyCredential } from '../../tenants/credential-directory.js';
import {
  checkedExpiry,
  checkedScope,
  isActive,
  judgeKey,
  newKeyMaterial,
  presentApiKey,
  type ApiKeyRow,
} from '../../tenants/api-keys.js';
import { isScopeLevel } from '../../tenants/principal.js';
import { fleetsOf, targetExists } from '../../tenants/scope-targets.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation, type OperationRequest } from '../operation.js';
import { HttpError, type Route } from '../port.js';

const DAY_MS = 86_400_000;

export function apiKeyRoutes(context: ControlContext): Route[] {
  const { store, clock, credentials, tenants } = context;

  const keysOf = (tenantId: string): Promise<ApiKeyRow[]> =>
    store.read
      .selectFrom('api_keys')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .orderBy('key_id')
      .execute();

  const keyOf = async (tenantId: string, keyId: string | undefined): Promise<ApiKeyRow> => {
    const row = await store.read
      .selectFrom('api_keys')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('key_id', '=', keyId ?? '')
      .executeTakeFirst();
    if (row === undefined) throw new HttpError(404, 'not_found', 'no such API key');
    return row;
  };

  const issue = async (request: OperationRequest<'createApiKey'>, target: string | null) => {
    const { tenantId, body } = request;
    const material = newKeyMaterial();
    const now = clock.now();
    const row: ApiKeyRow = {
      tenant_id: tenantId,
      key_id: context.newId('key'),
      key_hash: material.hash,
      prefix: material.prefix,
      name: body.name ?? null,
      scope_level: body.scope_level,
      scope_target_id: target,
      permissions: JSON.stringify(body.permissions),
      jit_reason: body.jit_reason ?? null,
      created_by: request.principal.name,
      minted_by: request.principal.credentialId,
      created_at: now,
      expires_at: checkedExpiry(now, body.ttl_seconds),
      last_used_at: null,
      revoked_at: null,
    };
    const { key_hash: _hash, tenant_id: _tenant, ...facts } = row;
    await commitChange(context, {
      tenantId,
      action: 'api_key.create',
      actor: actorOf(request),
      target: { type: 'api_key', id: row.key_id },
      facts: { ...facts, permissions: body.permissions },
      statements: [store.build.insertInto('api_keys').values(row).compile()],
    });
    credentials.put(material.hash, apiKeyCredential(row));
    return { status: 201, body: { ...presentApiKey(row, now), api_key: material.plaintext } };
  };

  return [
    operation('listApiKeys', 'read', async ({ tenantId }) => {
      const now = clock.now();
      const keys = (await keysOf(tenantId)).map((row) => presentApiKey(row, now));
      return { status: 200, body: { api_keys: keys, total: keys.length } };
    }),

    operation('getApiKey', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: presentApiKey(await keyOf(tenantId, params['keyId']), clock.now()),
    })),

    operation('createApiKey', 'write', async (request) => {
      const { tenantId, body } = request;
      const target = checkedScope(body.scope_level, body.scope_target_id);
      const create = () => issue(request, target);
      if (target === null) return create();
      // Within the lane of changes, so that no fleet is deleted between the check and the key.
      return tenants.exclusively(tenantId, async () => {
        if (await targetExists(context, tenantId, body.scope_level, target)) return create();
        throw new HttpError(
          400,
          'scope_target_not_found',
          `the ${body.scope_level} ${target} does not exist`,
        );
      });
    }),

    operation('revokeApiKey', 'write', async (request) => {
      const { tenantId, params } = request;
      return tenants.exclusively(tenantId, async () => {
        const row = await keyOf(tenantId, params['keyId']);
        const revokedAt = row.revoked_at ?? clock.now();
        if (row.revoked_at === null) {
          await commitChange(context, {
            tenantId,
            action: 'api_key.revoke',
            actor: actorOf(request),
            target: { type: 'api_key', id: row.key_id },
            facts: { prefix: row.prefix },
            statements: [
              store.build
                .updateTable('api_keys')
                .set({ revoked_at: revokedAt })
                .where('tenant_id', '=', tenantId)
                .where('key_id', '=', row.key_id)
                .compile(),
            ],
          });
          credentials.revoke(row.key_id, revokedAt);
        }
        return {
          status: 200,
          body: {
            key_id: row.key_id,
            revoked: true,
            active: false,
            revoked_at: new Date(revokedAt).toISOString(),
          },
        };
      });
    }),

    operation('authorizeApiKey', 'read', async ({ tenantId, params, body }) => {
      const row = await keyOf(tenantId, params['keyId']);
      const now = clock.now();
      const verdict = judgeKey(
        credentials.find(body.api_key),
        tenantId,
        {
          keyId: row.key_id,
          permission: body.permission,
          resourceType: body.resource_type,
          resourceId: body.resource_id ?? '',
          fleets: await fleetsOf(context, tenantId, body.resource_type, body.resource_id ?? ''),
        },
        now,
      );
      return {
        status: 200,
        body: {
          ...verdict,
          scope_level: isScopeLevel(row.scope_level) ? row.scope_level : null,
          scope_target_id: row.scope_target_id,
          validated_at: new Date(now).toISOString(),
        },
      };
    }),

    operation('getApiKeyMetrics', 'read', async ({ tenantId }) => {
      const now = clock.now();
      const { used } = await store.read
        .selectFrom('evidence')
        .select(({ fn }) => fn.countAll<number>().as('used'))
        .where('tenant_id', '=', tenantId)
        .where('kind', '=', 'decision')
        .where('occurred_at', '>', now - DAY_MS)
        .executeTakeFirstOrThrow();
      const keys = await keysOf(tenantId);
      return {
        status: 200,
        body: {
          key_usage_24h: used,
          red_team_tests: 0,
          avg_latency_ms: context.authorizationTimes.mean(),
          active_sdk_keys: keys.filter((row) => isActive(row, now)).length,
        },
      };
    }),
  ];
}
