import { basename } from 'node:path';
import { usageError } from '../errors/index.js';
import type { OperationInput, OperationOutput } from '../contract/index.js';
import { frameworkOf, type PolicyMode, type PolicyStatus } from './bundle.js';
import { policyContent } from './content-hash.js';
import { faultText, faultyPolicy, type PolicyFault } from './fault.js';
import { lintSource } from './lint/check.js';
import { modeFor, statusFor } from './load.js';
import { readPolicyFiles } from './read-files.js';
import type { PolicyApi } from './remote.js';

type Creation = NonNullable<OperationInput<'createPolicyBundle'>['body']>;

/** One bundle version as `governance policy-bundles upsert` describes it. */
export interface BundleUpsert {
  readonly name: string;
  readonly framework: 'OPA' | 'CEDAR' | undefined;
  readonly rawPolicyFile: string | undefined;
  readonly sourceUri: string | undefined;
  readonly s3Uri: string | undefined;
  readonly s3VersionId: string | undefined;
  readonly expectedHash: string | undefined;
  readonly assignments: readonly string[];
  readonly mode: PolicyMode | undefined;
  readonly status: PolicyStatus | 'disabled' | undefined;
  readonly description: string | undefined;
}

export interface UpsertOptions {
  readonly dryRun: boolean;
  readonly warn: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Creates the next version of a bundle. A local policy that does not compile is refused, except in observe mode:
 * there it is stored with a warning and cannot be promoted.
 * @throws ThothctlError `usage` unless exactly one source is given; `policy_invalid` with every fault.
 */
export async function upsertBundle(
  api: PolicyApi,
  request: BundleUpsert,
  options: UpsertOptions,
): Promise<
  OperationOutput<'createPolicyBundle'> | { readonly dry_run: true; readonly would_create: object }
> {
  const body = await creationBody(request, options);
  if (options.dryRun) {
    const { raw_policy: text, ...shown } = body;
    return {
      dry_run: true,
      would_create: text === undefined ? shown : { ...shown, raw_policy_bytes: Buffer.byteLength(text) },
    };
  }
  return api.call('createPolicyBundle', { body }, { signal: options.signal });
}

async function creationBody(request: BundleUpsert, options: UpsertOptions): Promise<Creation> {
  const sources = [request.rawPolicyFile, request.sourceUri, request.s3Uri].filter(
    (given) => given !== undefined,
  );
  if (sources.length !== 1) {
    throw usageError('give exactly one policy source', 'use --raw-policy-file, --s3-uri or --source-uri');
  }
  const framework =
    request.framework ??
    (request.rawPolicyFile === undefined ? undefined : frameworkOf(request.rawPolicyFile));
  if (framework === undefined)
    throw usageError('the policy language is not known', 'give --framework OPA or CEDAR');
  const status = request.status === 'disabled' ? 'paused' : request.status;
  const mode = request.mode ?? modeFor(status);
  const rawPolicy =
    request.rawPolicyFile === undefined
      ? undefined
      : await checkedSource(request.rawPolicyFile, framework, mode, options);
  return {
    name: request.name,
    framework,
    assignments: request.assignments.length === 0 ? ['all'] : [...request.assignments],
    enforcement_mode: mode,
    status: status ?? statusFor(mode),
    ...(rawPolicy === undefined ? {} : { raw_policy: rawPolicy }),
    ...(request.sourceUri === undefined ? {} : { source_uri: request.sourceUri }),
    ...(request.s3Uri === undefined ? {} : { s3_uri: request.s3Uri }),
    ...(request.s3VersionId === undefined ? {} : { s3_version_id: request.s3VersionId }),
    ...(request.expectedHash === undefined ? {} : { expected_hash: request.expectedHash }),
    ...(request.description === undefined ? {} : { description: request.description }),
  };
}

async function checkedSource(
  path: string,
  framework: 'OPA' | 'CEDAR',
  mode: PolicyMode,
  options: UpsertOptions,
): Promise<string> {
  const { files, faults: unreadable } = await readPolicyFiles(path, { anyEnding: true });
  const file = basename(path);
  if (unreadable.length > 0) throw faultyPolicy(unreadable, 'nothing was sent');
  const { rawPolicy, lineOffset } = policyContent([...files.values()][0] ?? '');
  const faults: readonly PolicyFault[] = await lintSource({ file, framework, rawPolicy, lineOffset });
  const refused = faults.some((fault) => fault.severity === 'error');
  if (refused && mode !== 'observe') throw faultyPolicy(faults, 'nothing was sent');
  for (const fault of faults) options.warn(faultText(fault));
  if (refused)
    options.warn('the policy does not compile: it is stored for observation only and cannot be enforced');
  return rawPolicy;
}
