import type { OperationInput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import { jsonObjectFile } from '../json-object/index.js';

export const BROWSERS = ['chrome', 'firefox', 'safari', 'island'] as const;
export const POLICY_MODES = ['monitor', 'enforce'] as const;
export const PROVIDER_STATUSES = ['connected', 'degraded', 'disconnected'] as const;
export const ENROLLMENT_STATUSES = ['active', 'pending', 'disabled'] as const;

type BrowserApi = Pick<GovApi, 'call' | 'tenantId'>;
type Body<Id extends 'upsertBrowserProvider' | 'upsertBrowserPolicy' | 'upsertBrowserEnrollment'> =
  NonNullable<OperationInput<Id>['body']>;

interface Options {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

/** The configuration of an integration, from a file only: its members may be secrets. */
export async function readConfig(file: string | undefined): Promise<Record<string, unknown> | undefined> {
  return file === undefined ? undefined : jsonObjectFile('--config-file', file);
}

/** An upsert replaces the row, so what the command line does not name is sent again as it stands. */
export async function upsertProvider(
  api: BrowserApi,
  given: Body<'upsertBrowserProvider'>,
  { dryRun, signal }: Options,
): Promise<object> {
  const { data } = await api.call('listBrowserProviders', {}, { signal });
  const row = data.find(({ provider }) => provider === given.provider);
  const body = { ...written(row, ['name', 'enabled', 'status', 'last_error']), ...given };
  if (dryRun) {
    const { config, ...shown } = body;
    return wouldUpsert(api, { ...shown, ...(config && { config_members: Object.keys(config) }) });
  }
  return api.call('upsertBrowserProvider', { body }, { signal });
}

export async function upsertPolicy(
  api: BrowserApi,
  given: Body<'upsertBrowserPolicy'>,
  { dryRun, signal }: Options,
): Promise<object> {
  const { data } = await api.call('listBrowserPolicies', {}, { signal });
  const row = data.find(({ policy_id, provider, name }) =>
    given.policy_id === undefined
      ? provider === given.provider && name === given.name
      : policy_id === given.policy_id,
  );
  const kept = written(row, ['policy_id', 'policy', 'enforcement_mode', 'active', 'metadata']);
  const body = { ...kept, ...given };
  return dryRun ? wouldUpsert(api, body) : api.call('upsertBrowserPolicy', { body }, { signal });
}

export async function upsertEnrollment(
  api: BrowserApi,
  given: Body<'upsertBrowserEnrollment'>,
  { dryRun, signal }: Options,
): Promise<object> {
  const { data } = await api.call('listBrowserEnrollments', {}, { signal });
  const row = data.find((known) =>
    given.enrollment_id === undefined
      ? known.provider === given.provider &&
        known.user_id === given.user_id &&
        known.device_id === given.device_id &&
        (known.browser_profile ?? undefined) === given.browser_profile
      : known.enrollment_id === given.enrollment_id,
  );
  const kept = written(row, ['enrollment_id', 'browser_profile', 'status', 'metadata', 'last_seen_at']);
  const body = { ...kept, ...given };
  return dryRun ? wouldUpsert(api, body) : api.call('upsertBrowserEnrollment', { body }, { signal });
}

/** Members of a row as they can be sent again: null reads "never written" and cannot be. */
function written<Row extends object, Member extends keyof Row>(
  row: Row | undefined,
  members: readonly Member[],
): { [Name in Member]?: NonNullable<Row[Name]> } {
  const found: { [Name in Member]?: NonNullable<Row[Name]> } = {};
  for (const member of members) {
    const value = row?.[member];
    if (value !== undefined && value !== null) found[member] = value;
  }
  return found;
}

function wouldUpsert(api: BrowserApi, body: object): object {
  return { dry_run: true, tenant_id: api.tenantId, would_upsert: body };
}
