import { usageError } from '../../errors/index.js';
import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import { readMdmConfig } from './config-file.js';
import { strayMembers } from './config-members.js';

export const MDM_PROVIDERS = ['jamf', 'intune', 'workspace_one', 'kandji', 'custom'] as const;
export type MdmProviderName = (typeof MDM_PROVIDERS)[number];

export interface ProviderUpsert {
  readonly provider: string;
  readonly name: string | undefined;
  readonly enabled: boolean | undefined;
  readonly configFile: string | undefined;
}

export type MdmProvider = OperationOutput<'upsertMdmProvider'>;

/** @throws ThothctlError `usage` for a provider the contract does not know. */
export function providerName(word: string): MdmProviderName {
  const name = MDM_PROVIDERS.find((known) => known === word.trim().toLowerCase().replaceAll('-', '_'));
  if (name === undefined) {
    throw usageError(
      `there is no MDM provider ${JSON.stringify(word)}`,
      `use one of ${MDM_PROVIDERS.join(', ')}`,
    );
  }
  return name;
}

/** Creates the provider or changes what is given; the configuration is a secret and is not shown on a dry run. */
export async function upsertProvider(
  api: Pick<GovApi, 'call' | 'tenantId'>,
  wanted: ProviderUpsert,
  options: {
    readonly dryRun: boolean;
    readonly signal?: AbortSignal;
    readonly warn: (text: string) => void;
  },
): Promise<MdmProvider | { readonly dry_run: true; readonly would_upsert: object }> {
  const provider = providerName(wanted.provider);
  const body = {
    provider,
    ...(wanted.name === undefined ? {} : { name: wanted.name }),
    ...(wanted.enabled === undefined ? {} : { enabled: wanted.enabled }),
  };
  const config = wanted.configFile === undefined ? undefined : await readMdmConfig(wanted.configFile);
  for (const { warning } of strayMembers(provider, config ?? {})) options.warn(warning);
  if (options.dryRun) {
    const members = config && { config_members: Object.keys(config) };
    return { dry_run: true, would_upsert: { ...body, ...members } };
  }
  return api.call(
    'upsertMdmProvider',
    { body: { ...body, ...(config && { config }) } },
    { signal: options.signal },
  );
}
