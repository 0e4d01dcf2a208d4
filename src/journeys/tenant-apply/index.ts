import { protect } from '../../cli/redact.js';
import { ThothctlError } from '../../errors/index.js';
import type { Output } from '../../output/index.js';
import {
  applyChanges,
  planTenant,
  readTenantFile,
  secretsLeft,
  type Change,
  type TenantApi,
  type TenantFile,
} from '../../tenant/index.js';
import type { ChangeOptions } from '../../tenant/changes.js';
import { isJsonObject } from '../../json/object.js';
import { strayMembers } from '../mdm/config-members.js';
import { MDM_PROVIDERS } from '../mdm/provider.js';
import { DEFAULT_FILE } from './flags.js';

/** What became of one tenant of several. */
export interface TenantOutcome {
  readonly context: string;
  readonly tenant_id?: string;
  readonly status: 'applied' | 'unchanged' | 'failed' | 'skipped';
  readonly changes: number;
  readonly error?: string;
}

interface Apply {
  readonly out: Output;
  readonly signal: AbortSignal;
  readonly folder: string;
}

/** Reads the tenant file, and warns of what it says to no effect. */
export async function readWithWarnings(out: Output, path = DEFAULT_FILE): Promise<TenantFile> {
  const file = await readTenantFile(path);
  for (const warning of warningsOf(file)) out.warn(warning);
  return file;
}

/** What the file says to no effect, each with its place. */
export function warningsOf(file: TenantFile): string[] {
  return (file.sections.get('mdm') ?? []).flatMap(({ identity, fields }) => {
    const provider = MDM_PROVIDERS.find((known) => known === identity[0]);
    const { config } = fields;
    if (provider === undefined || !isJsonObject(config)) return [];
    return strayMembers(provider, config).map(
      ({ member, warning }) => `${file.placeOf(['mdm', provider, 'config', member])}: ${warning}`,
    );
  });
}

/** Nobody can see whether a secret is the one the tenant has, so a run that leaves some alone says so. */
export function mentionSecretsLeft(out: Output, file: TenantFile, changes: readonly Change[]): void {
  const left = secretsLeft(file.sections, changes);
  if (left.length > 0)
    out.notice(`Secrets cannot be compared; --secrets writes what was left as it is: ${left.join(', ')}`);
}

/** Carries the changes out under a bar. */
export async function applyWithProgress(
  api: TenantApi,
  changes: readonly Change[],
  { out, signal, folder }: Apply,
): Promise<void> {
  const progress = out.progress('applying');
  try {
    await applyChanges(
      api,
      changes,
      { folder, env: process.env },
      {
        signal,
        onSecret: protect,
        onChange: (change, done, total) =>
          progress.update([change.section, ...change.identity].join('/'), done, total),
      },
    );
    progress.done();
  } catch (error) {
    progress.fail();
    throw error;
  }
}

/**
 * The same file for several tenants, in the order given. The first is the canary: each has to be what the file says when
 * it is read again, before the next is touched. A failure leaves the rest as they are.
 */
export async function applyInOrder(
  contexts: readonly {
    readonly name: string;
    readonly api: TenantApi;
    readonly changes: readonly Change[];
  }[],
  file: TenantFile,
  options: ChangeOptions,
  apply: Apply,
): Promise<readonly TenantOutcome[]> {
  const outcomes: TenantOutcome[] = [];
  let stopped = false;
  for (const { name, api, changes } of contexts) {
    const known = { context: name, tenant_id: api.tenantId, changes: changes.length };
    if (stopped) {
      outcomes.push({ ...known, status: 'skipped' });
      continue;
    }
    try {
      await applyWithProgress(api, changes, apply);
      await requireConverged(api, file, options, apply.signal);
      outcomes.push({ ...known, status: changes.length === 0 ? 'unchanged' : 'applied' });
    } catch (error) {
      if (!(error instanceof ThothctlError)) throw error;
      stopped = true;
      outcomes.push({ ...known, status: 'failed', error: error.message });
    }
  }
  return outcomes;
}

/** @throws ThothctlError `not_converged` when the tenant still differs from the file */
async function requireConverged(
  api: TenantApi,
  file: TenantFile,
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<void> {
  const left = await planTenant(api, file, { ...options, secrets: false }, signal);
  if (left.changes.length === 0) return;
  const names = left.changes.slice(0, 5).map((change) => [change.section, ...change.identity].join('/'));
  throw new ThothctlError({
    code: 'not_converged',
    message: `After applying, ${left.changes.length} differences are left: ${names.join(', ')}.`,
    exit: 'checkFailed',
    fix: 'Another client may be writing the same members; plan again to see them.',
  });
}
