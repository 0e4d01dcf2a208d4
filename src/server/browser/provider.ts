import type {
  BrowserProvider,
  BrowserProviderSlug,
  BrowserProviderUpsert,
} from '../../contract/govapi/types.js';
import { instant, ownMember, textMember } from '../tenants/json-documents.js';
import type { ResourceFamily, StoredResource } from '../tenants/resources.js';

interface ProviderDocument {
  readonly name: string | null;
  readonly enabled: boolean;
  readonly status: BrowserProvider['status'];
  readonly last_error: string | null;
}

export type StoredProvider = StoredResource<ProviderDocument>;

const BROWSERS: readonly BrowserProviderSlug[] = ['chrome', 'firefox', 'safari', 'island'];
const STATUSES = ['connected', 'degraded', 'disconnected'] as const;

/** A stored browser; only the words of the contract are ever written. */
export function browserOf(word: string | undefined): BrowserProviderSlug {
  return BROWSERS.find((known) => known === word) ?? 'chrome';
}

/** The id of a row is its browser. */
export const providerFamily: ResourceFamily<ProviderDocument> = {
  kind: 'browser_provider',
  narrow: (document) => ({
    name: textMember(document, 'name') ?? null,
    enabled: ownMember(document, 'enabled') === true,
    status: STATUSES.find((known) => known === ownMember(document, 'status')) ?? null,
    last_error: textMember(document, 'last_error') ?? null,
  }),
};

/** A write replaces the row, but a configuration nobody sent stays: it cannot be read back to be sent again. */
export function writtenProvider(
  before: StoredProvider | undefined,
  written: BrowserProviderUpsert,
  now: number,
): StoredProvider {
  return {
    id: written.provider,
    document: {
      name: written.name ?? null,
      enabled: written.enabled ?? true,
      status: written.status ?? null,
      last_error: written.last_error ?? null,
    },
    // Any of its members may be a secret, so all of it is kept as one.
    secrets:
      written.config === undefined ? (before?.secrets ?? {}) : { config: JSON.stringify(written.config) },
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}

export function presentProvider(provider: StoredProvider): BrowserProvider {
  return {
    provider: browserOf(provider.id),
    ...provider.document,
    config: null,
    created_at: instant(provider.createdAt),
    updated_at: instant(provider.updatedAt),
  };
}
