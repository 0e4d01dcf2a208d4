import { usageError } from '../../errors/index.js';
import type { OperationInput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import { writeKeyFile } from './key-file.js';
import type { NewApiKey } from './rotate.js';
import { PERMISSIONS, type KeyScope } from './scope.js';

type KeyBody = NonNullable<OperationInput<'createApiKey'>['body']>;

export interface KeyRequest {
  readonly scope: KeyScope;
  readonly permissions: readonly string[] | undefined;
  readonly ttlSeconds: number | undefined;
  readonly name: string | undefined;
  readonly jitReason: string | undefined;
}

export interface IssueOptions {
  readonly dryRun: boolean;
  readonly keyFile: string | undefined;
  readonly signal?: AbortSignal;
}

/** Issues a key. With a key file the secret is in that file only and the result names it instead. */
export async function issueKey(
  api: Pick<GovApi, 'call' | 'tenantId'>,
  request: KeyRequest,
  options: IssueOptions,
): Promise<object> {
  const body = creationBody(request);
  if (options.dryRun) return { dry_run: true, tenant_id: api.tenantId, would_create: body };
  return issueBody(api, body, options);
}

/** As `issueKey`, for a request that is made already. */
export async function issueBody(
  api: Pick<GovApi, 'call'>,
  body: KeyBody,
  options: Pick<IssueOptions, 'keyFile' | 'signal'>,
): Promise<object> {
  const created = await api.call('createApiKey', { body }, { signal: options.signal });
  if (options.keyFile === undefined) return created;
  try {
    await writeKeyFile(options.keyFile, created.api_key);
  } catch (cause) {
    // A key whose secret nobody has is only a risk.
    await api.call('revokeApiKey', { path: { keyId: created.key_id } }).catch(() => undefined);
    throw cause;
  }
  return storedKey(created, options.keyFile);
}

/** The created key without its secret, naming the file that holds it. */
export function storedKey(created: NewApiKey, keyFile: string): object {
  const { api_key: _secret, ...shown } = created;
  return { ...shown, key_file: keyFile };
}

function creationBody(request: KeyRequest): KeyBody {
  // The order given is the order kept; the contract echoes it.
  const permissions = [...new Set(request.permissions)].flatMap(
    (word) => PERMISSIONS.find((name) => name === word) ?? [],
  );
  if (permissions.length === 0) {
    throw usageError('a key needs at least one permission', `give --permission ${PERMISSIONS.join('|')}`);
  }
  return {
    scope_level: request.scope.level,
    ...(request.scope.targetId === undefined ? {} : { scope_target_id: request.scope.targetId }),
    permissions,
    ...(request.ttlSeconds === undefined ? {} : { ttl_seconds: request.ttlSeconds }),
    ...(request.name === undefined ? {} : { name: request.name }),
    ...(request.jitReason === undefined ? {} : { jit_reason: request.jitReason }),
  };
}
