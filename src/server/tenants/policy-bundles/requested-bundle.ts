import type { PolicyBundleCreate } from '../../../contract/govapi/types.js';
import { HttpError } from '../../http/port.js';
import type { JsonObject } from '../json-documents.js';
import type { VersionOrder } from './bundle-versions.js';
import type { PolicyText } from './policy-source.js';

/** Turns a create request into the version it asks for, with the contract's defaults. */
export function requestedBundle(
  body: PolicyBundleCreate,
  policy: PolicyText,
  authorship: JsonObject,
): VersionOrder {
  const name = body.name.trim();
  if (name === '') throw new HttpError(400, 'invalid_request', 'name must not be blank');
  return {
    name,
    framework: body.framework,
    policy,
    assignments: targetsOf(body.assignments),
    status: body.status === 'disabled' ? 'paused' : (body.status ?? 'active'),
    enforcementMode: body.enforcement_mode ?? 'enforce',
    document: {
      description: body.description,
      source_uri: body.source_uri,
      s3_uri: body.s3_uri,
      s3_version_id: body.s3_version_id,
      expected_hash: body.expected_hash,
      ...authorship,
    },
    action: 'policy_bundle.create',
  };
}

/** Null, missing and empty all mean every agent. */
function targetsOf(assignments: readonly string[] | null | undefined): readonly string[] {
  const named = [
    ...new Set((assignments ?? []).map((target) => target.trim()).filter((target) => target !== '')),
  ];
  return named.length === 0 ? ['all'] : named;
}
