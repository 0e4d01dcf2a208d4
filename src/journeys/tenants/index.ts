import type { GovApi } from '../../govapi/client.js';
import { checkKeyFile, writeKeyFile } from '../api-keys/index.js';

/** Creates a tenant. With a token file the admin token is in that file only and the result names it instead. */
export async function createTenant(
  api: Pick<GovApi, 'call'>,
  tenantId: string,
  options: {
    readonly dryRun: boolean;
    readonly tokenFile: string | undefined;
    readonly signal?: AbortSignal;
  },
): Promise<object> {
  const { tokenFile } = options;
  if (tokenFile !== undefined) await checkKeyFile(tokenFile, false, '--token-file');
  if (options.dryRun) return { dry_run: true, would_create: tenantId };
  const created = await api.call(
    'createTenant',
    { body: { tenant_id: tenantId } },
    { signal: options.signal },
  );
  const { admin_token: token, ...shown } = created;
  if (tokenFile === undefined || token === undefined) return created;
  await writeKeyFile(tokenFile, token);
  return { ...shown, admin_token_file: tokenFile };
}
