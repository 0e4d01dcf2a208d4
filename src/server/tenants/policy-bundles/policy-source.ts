import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PolicyBundleCreate } from '../../../contract/govapi/types.js';
import { POLICY_LIMIT_BYTES } from '../../../engine/policy-limits.js';
import { HttpError } from '../../http/port.js';

export interface PolicyText {
  readonly text: string;
  /** SHA-256 of the text's UTF-8 bytes, lower-case hex. */
  readonly hash: string;
  /** The immutable revision a source resolved to; null for text in the request. */
  readonly resolvedVersion: string | null;
}

type Source = Pick<PolicyBundleCreate, 'raw_policy' | 'source_uri' | 's3_uri' | 'expected_hash'>;

/** Fetches the policy of a request and holds it against the hash the caller expects. */
export async function readPolicy(source: Source, allowedFolder: string): Promise<PolicyText> {
  const policy =
    source.raw_policy === undefined
      ? await readSource(source.source_uri ?? source.s3_uri ?? '', allowedFolder)
      : policyText(source.raw_policy, false);
  if (Buffer.byteLength(policy.text) > POLICY_LIMIT_BYTES) {
    throw new HttpError(400, 'invalid_request', `a policy may have ${POLICY_LIMIT_BYTES} bytes at most`);
  }
  const expected = source.expected_hash?.replace(/^sha256:/, '').toLowerCase();
  if (expected !== undefined && expected !== policy.hash) {
    throw new HttpError(400, 'policy_hash_mismatch', 'the policy does not have the expected hash', {
      expected_hash: expected,
      policy_hash: policy.hash,
    });
  }
  return policy;
}

/** True for a source this server can read again by itself. */
export function isFileSource(uri: string | undefined): uri is string {
  return uri !== undefined && uri.startsWith('file://');
}

async function readSource(uri: string, allowedFolder: string): Promise<PolicyText> {
  if (!isFileSource(uri))
    throw unavailable(uri, 'this control plane reads raw_policy and file:// sources only');
  let path: string;
  try {
    // Links are followed before the check, or one inside the folder could lead anywhere.
    path = await realpath(fileURLToPath(uri));
    const folder = await realpath(allowedFolder);
    if (!path.startsWith(folder + sep)) throw outside(uri);
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > POLICY_LIMIT_BYTES) throw unavailable(uri, `it is over ${POLICY_LIMIT_BYTES} bytes`);
      return policyText(await file.readFile('utf8'), true);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    // One answer for a missing file, a forbidden one and a bad URI: the folder's outside is nobody's business.
    throw outside(uri);
  }
}

function policyText(text: string, resolved: boolean): PolicyText {
  const hash = createHash('sha256').update(text).digest('hex');
  return { text, hash, resolvedVersion: resolved ? `sha256:${hash}` : null };
}

function outside(uri: string): HttpError {
  return unavailable(uri, 'there is no such file in the policy source folder of the server');
}

function unavailable(uri: string, why: string): HttpError {
  return new HttpError(400, 'policy_source_unavailable', `the policy source cannot be read: ${why}`, {
    source: uri,
  });
}
