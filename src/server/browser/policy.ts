import { isDeepStrictEqual } from 'node:util';
import type { BrowserPolicy, BrowserPolicyUpsert, BrowserProviderSlug } from '../../contract/govapi/types.js';
import {
  instant,
  isJsonObject,
  objectMember,
  ownMember,
  textMember,
  type JsonObject,
} from '../tenants/json-documents.js';
import type { ResourceFamily, StoredResource } from '../tenants/resources.js';
import { compilePolicy } from './compile.js';
import { browserOf } from './provider.js';

interface PolicyDocument {
  readonly name: string;
  readonly provider: BrowserProviderSlug;
  readonly policy: JsonObject;
  readonly enforcement_mode: 'monitor' | 'enforce' | null;
  readonly active: boolean;
  readonly version: number;
  readonly metadata: JsonObject | null;
  readonly created_by: string | null;
  readonly updated_by: string | null;
}

export type StoredPolicy = StoredResource<PolicyDocument>;

const MODES = ['monitor', 'enforce'] as const;

export const policyFamily: ResourceFamily<PolicyDocument> = {
  kind: 'browser_policy',
  narrow: (document) => {
    const version = ownMember(document, 'version');
    const metadata = ownMember(document, 'metadata');
    return {
      name: textMember(document, 'name') ?? '',
      provider: browserOf(textMember(document, 'provider')),
      policy: objectMember(document, 'policy'),
      enforcement_mode: MODES.find((known) => known === ownMember(document, 'enforcement_mode')) ?? null,
      active: ownMember(document, 'active') === true,
      version: typeof version === 'number' ? version : 1,
      metadata: isJsonObject(metadata) ? metadata : null,
      created_by: textMember(document, 'created_by') ?? null,
      updated_by: textMember(document, 'updated_by') ?? null,
    };
  },
};

/** The row a write is meant for: by id, or without one by browser and name, so that repeated writes do not pile up. */
export function policyMeant(
  all: readonly StoredPolicy[],
  written: BrowserPolicyUpsert,
): StoredPolicy | undefined {
  if (written.policy_id) return all.find((policy) => policy.id === written.policy_id);
  return all.find(({ document }) => document.provider === written.provider && document.name === written.name);
}

/** A write replaces the row. Without a policy document the stored one stays, since destroying sends only the switch. */
export function writtenPolicy(
  id: string,
  before: StoredPolicy | undefined,
  written: BrowserPolicyUpsert,
  writer: { readonly name: string; readonly now: number },
): StoredPolicy {
  const kept = before?.document;
  const content = {
    name: written.name,
    provider: written.provider,
    policy: written.policy ?? kept?.policy ?? {},
    enforcement_mode: written.enforcement_mode ?? null,
    active: written.active ?? true,
    metadata: written.metadata ?? null,
  };
  const version = kept?.version ?? 0;
  const document = {
    ...content,
    version: written.version ?? (rendersAs(content, kept) ? version : version + 1),
    created_by: written.created_by ?? kept?.created_by ?? writer.name,
    updated_by: written.updated_by ?? kept?.updated_by ?? writer.name,
  };
  const sameWriter = written.updated_by !== undefined || isDeepStrictEqual(document, kept);
  return {
    id,
    document: sameWriter ? document : { ...document, updated_by: writer.name },
    secrets: {},
    createdAt: before?.createdAt ?? writer.now,
    updatedAt: writer.now,
  };
}

type Rendered = Pick<PolicyDocument, 'provider' | 'enforcement_mode' | 'policy'>;

/** Whether a browser is told the same by both. */
function rendersAs(policy: Rendered, other: Rendered | undefined): boolean {
  return (
    policy.provider === other?.provider &&
    policy.enforcement_mode === other.enforcement_mode &&
    isDeepStrictEqual(policy.policy, other.policy)
  );
}

export function presentPolicy(stored: StoredPolicy): BrowserPolicy {
  const { document } = stored;
  const compiled = compilePolicy(document.provider, document.policy, {
    policyId: stored.id,
    name: document.name,
    // A policy that does not say so is not a trial.
    mode: document.enforcement_mode ?? 'enforce',
  });
  return {
    policy_id: stored.id,
    ...document,
    compiled_policy: compiled.document,
    unsupported_controls: [...compiled.unsupported],
    created_at: instant(stored.createdAt),
    updated_at: instant(stored.updatedAt),
  };
}
