import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';

export type ApiKey = OperationOutput<'listApiKeys'>['api_keys'][number];
export type NewApiKey = OperationOutput<'createApiKey'>;

export interface RotationOptions {
  /** Seconds both keys work, counted from the moment the new one is delivered. */
  readonly overlapSeconds: number;
  /** Lifetime of the new key; by default the lifetime the old one was given. */
  readonly ttlSeconds: number | undefined;
  readonly signal?: AbortSignal;
  /** Hands the new key to its place (a file, stdout). When it rejects, the new key is withdrawn. */
  readonly deliver: (created: NewApiKey) => Promise<void>;
  readonly onStep?: (text: string) => void;
}

type KeyApi = Pick<GovApi, 'call'>;

/** @throws ThothctlError `key_not_found` or `key_inactive`: only a live key can be rotated. */
export async function rotatableKey(api: KeyApi, keyId: string, signal?: AbortSignal): Promise<ApiKey> {
  const { api_keys: keys } = await api.call('listApiKeys', {}, { signal });
  const key = keys.find((row) => row.key_id === keyId);
  if (key === undefined) {
    throw new ThothctlError({
      code: 'key_not_found',
      message: `there is no API key ${keyId}`,
      exit: 'notFound',
      fix: 'list the keys with `thothctl api-keys list`',
    });
  }
  if (!key.active) {
    throw new ThothctlError({
      code: 'key_inactive',
      message: `API key ${keyId} is revoked or expired, so there is nothing to hand over from`,
      exit: 'conflict',
      fix: 'create a new key with `thothctl api-keys create`',
    });
  }
  return key;
}

/**
 * Replaces a key: create, verify, deliver, wait, revoke. The old key stays valid until the new one is
 * verified, delivered and the overlap has passed; any failure before that withdraws the new key.
 */
export async function rotateKey(api: KeyApi, old: ApiKey, options: RotationOptions): Promise<NewApiKey> {
  const { signal } = options;
  const created = await api.call('createApiKey', { body: successor(old, options.ttlSeconds) }, { signal });
  try {
    options.onStep?.(`created ${created.key_id}, verifying it`);
    await verify(api, created, signal);
    await options.deliver(created);
  } catch (cause) {
    // Not with the caller's signal: after Ctrl-C the half-made key must still go.
    await api.call('revokeApiKey', { path: { keyId: created.key_id } }).catch(() => {
      options.onStep?.(`the new key ${created.key_id} could not be withdrawn; revoke it by hand`);
    });
    throw cause;
  }
  if (options.overlapSeconds > 0) {
    options.onStep?.(
      `both keys work for ${options.overlapSeconds} s; this command waits so long and then ends ${old.key_id}`,
    );
    await overlap(old, options);
  }
  await revokeOld(api, old, created, signal);
  return created;
}

function successor(old: ApiKey, ttlSeconds: number | undefined) {
  const ttl = ttlSeconds ?? lifetimeSeconds(old);
  return {
    scope_level: old.scope_level,
    permissions: [...old.permissions],
    ...(old.scope_target_id ? { scope_target_id: old.scope_target_id } : {}),
    ...(old.name ? { name: old.name } : {}),
    ...(ttl === undefined ? {} : { ttl_seconds: ttl }),
    jit_reason: `rotation of ${old.key_id}`,
  };
}

function lifetimeSeconds(key: ApiKey): number | undefined {
  if (!key.expires_at || !key.created_at) return undefined;
  const seconds = Math.round((Date.parse(key.expires_at) - Date.parse(key.created_at)) / 1000);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

async function verify(api: KeyApi, created: NewApiKey, signal: AbortSignal | undefined): Promise<void> {
  for (const permission of created.permissions) {
    const answer = await api.call(
      'authorizeApiKey',
      {
        path: { keyId: created.key_id },
        body: {
          api_key: created.api_key,
          permission,
          resource_type: created.scope_level,
          resource_id: created.scope_target_id ?? '',
        },
      },
      { signal },
    );
    if (answer.valid && answer.permission_allowed && answer.scope_allowed && !answer.expired) continue;
    throw new ThothctlError({
      code: 'new_key_not_authorised',
      message: `the new key was issued but is not authorised for \`${permission}\`; it was withdrawn and the old key still works`,
      exit: 'checkFailed',
      fix: 'try again; if it repeats, the control plane has a fault',
    });
  }
}

async function overlap(old: ApiKey, options: RotationOptions): Promise<void> {
  try {
    await delay(options.overlapSeconds * 1000, undefined, { signal: options.signal });
  } catch (cause) {
    // An interrupted command says no more than that, so the state it leaves is told here.
    options.onStep?.(
      `the old key ${old.key_id} still works; end it with \`thothctl api-keys revoke ${old.key_id}\``,
    );
    throw new ThothctlError({
      code: 'rotation_interrupted',
      message: `interrupted during the overlap: the new key is in place and the old key ${old.key_id} still works`,
      exit: 'interrupted',
      fix: `end the old key with \`thothctl api-keys revoke ${old.key_id}\``,
      cause,
    });
  }
}

async function revokeOld(
  api: KeyApi,
  old: ApiKey,
  created: NewApiKey,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await api.call('revokeApiKey', { path: { keyId: old.key_id } }, { signal });
  } catch (cause) {
    if (!(cause instanceof ThothctlError)) throw cause;
    throw new ThothctlError({
      code: cause.code,
      message: `the new key ${created.key_id} is in place, but the old key ${old.key_id} could not be revoked and still works: ${cause.message}`,
      exit: cause.exit,
      fix: `run \`thothctl api-keys revoke ${old.key_id}\``,
      requestId: cause.requestId,
      cause,
    });
  }
}
