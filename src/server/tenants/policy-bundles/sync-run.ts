import { createHash } from 'node:crypto';
import type { PolicySyncStatus } from '../../../contract/govapi/types.js';
import { HttpError } from '../../http/port.js';
import type { ControlContext } from '../../http/control-context.js';
import { loadedBundles } from '../effective-bundles.js';
import { instant, parseDocument, textList, textMember, type JsonObject } from '../json-documents.js';
import { commitChange, type Actor } from '../recorded-change.js';
import { listBundles } from './bundle-reads.js';
import type { BundleFacts } from './bundle-row.js';
import { addVersion } from './bundle-versions.js';
import { isFileSource, readPolicy } from './policy-source.js';

interface RunOutcome {
  readonly status: PolicySyncStatus['status'];
  readonly applied: readonly BundleFacts[];
  readonly skipped: number;
  readonly errors: readonly { readonly bundle: string; readonly error: string; readonly message: string }[];
  /** Digest of everything loaded after the run. */
  readonly loaded: string;
}

/**
 * One sync: bundles that came from files are read again and get a new version where the file changed; then the bundles
 * in force are loaded anew. What was pushed since the last run counts as applied too.
 */
export async function runPolicySync(
  context: ControlContext,
  tenantId: string,
  actor: Actor,
): Promise<PolicySyncStatus> {
  const before = await listBundles(context, tenantId);
  if (before.length === 0) return disabled();
  const previous = await latestRun(context, tenantId);
  const known = new Set(textList(previous?.document['loaded_ids']));

  const errors: { bundle: string; error: string; message: string }[] = [];
  for (const { bundle } of loadedBundles(before)) {
    try {
      await refresh(context, tenantId, bundle, actor);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      errors.push({ bundle: bundle.name, error: error.code, message: error.message });
    }
  }
  await context.tenants.reload(tenantId);
  const loaded = loadedBundles(await listBundles(context, tenantId)).map(({ bundle }) => bundle);
  const applied = loaded.filter((bundle) => !known.has(bundle.id));
  const gone = [...known].some((id) => !loaded.some((bundle) => bundle.id === id));
  const changed = applied.length > 0 || gone;
  const outcome: RunOutcome = {
    status: errors.length > 0 ? (changed ? 'partial' : 'error') : changed ? 'success' : 'no_change',
    applied,
    skipped: loaded.length - applied.length,
    errors,
    loaded: createHash('sha256')
      .update(loaded.map((bundle) => bundle.id).join('\n'))
      .digest('hex'),
  };
  return recordRun(context, tenantId, outcome, changed, loaded, actor);
}

export async function policySyncStatus(context: ControlContext, tenantId: string): Promise<PolicySyncStatus> {
  const run = await latestRun(context, tenantId);
  if (run !== undefined) return presentRun(run.runId, run.status, run.document);
  if ((await listBundles(context, tenantId)).length === 0) return disabled();
  return { ...disabled(), configured: true, status: 'idle' };
}

async function refresh(
  context: ControlContext,
  tenantId: string,
  bundle: BundleFacts,
  actor: Actor,
): Promise<void> {
  const source = textMember(bundle.document, 'source_uri');
  // A caller who pinned the hash wants this very text.
  if (!isFileSource(source) || textMember(bundle.document, 'expected_hash') !== undefined) return;
  const policy = await readPolicy({ source_uri: source }, context.policySourceDir);
  if (policy.hash === bundle.policyHash) return;
  const { diagnostics: _diagnostics, warning: _warning, ...document } = bundle.document;
  await addVersion(
    context,
    tenantId,
    {
      name: bundle.name,
      framework: bundle.framework,
      policy,
      assignments: bundle.assignments,
      status: bundle.status,
      enforcementMode: bundle.enforcementMode,
      document,
      action: 'policy_bundle.sync',
      facts: { replaced_id: bundle.id },
    },
    actor,
  );
}

async function recordRun(
  context: ControlContext,
  tenantId: string,
  outcome: RunOutcome,
  changed: boolean,
  loaded: readonly BundleFacts[],
  actor: Actor,
): Promise<PolicySyncStatus> {
  const runId = context.newId('sync');
  const now = context.clock.now();
  const document: JsonObject = {
    synced_at: instant(now),
    changed,
    applied_count: outcome.applied.length,
    applied_agents: agentsOf(outcome.applied),
    skipped_count: outcome.skipped,
    error_count: outcome.errors.length,
    errors: outcome.errors,
    loaded_ids: loaded.map((bundle) => bundle.id),
  };
  await commitChange(context, {
    tenantId,
    action: 'policy_sync.run',
    actor,
    target: { type: 'policy_sync_run', id: runId },
    facts: {
      status: outcome.status,
      applied: outcome.applied.map((bundle) => `${bundle.name}@${bundle.version}`),
      errors: outcome.errors.map((error) => error.bundle),
      loaded_sha256: outcome.loaded,
    },
    statements: [
      context.store.build
        .insertInto('policy_sync_runs')
        .values({
          tenant_id: tenantId,
          run_id: runId,
          status: outcome.status,
          document: JSON.stringify(document),
          created_at: now,
        })
        .compile(),
    ],
  });
  return presentRun(runId, outcome.status, document);
}

async function latestRun(context: ControlContext, tenantId: string) {
  const row = await context.store.read
    .selectFrom('policy_sync_runs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at', 'desc')
    .orderBy('run_id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : { runId: row.run_id, status: row.status, document: parseDocument(row.document) };
}

const STATUSES: readonly PolicySyncStatus['status'][] = ['success', 'partial', 'no_change', 'error'];

function presentRun(runId: string, status: string, document: JsonObject): PolicySyncStatus {
  const { loaded_ids: _ids, ...shown } = document;
  return {
    ...shown,
    configured: true,
    status: STATUSES.find((known) => known === status) ?? 'error',
    interval_seconds: 0,
    run_id: runId,
  };
}

function disabled(): PolicySyncStatus {
  return {
    configured: false,
    status: 'disabled',
    synced_at: null,
    changed: false,
    applied_count: 0,
    applied_agents: [],
    skipped_count: 0,
    error_count: 0,
    errors: [],
    interval_seconds: 0,
    run_id: null,
  };
}

function agentsOf(bundles: readonly BundleFacts[]): string[] {
  const targets = bundles.flatMap((bundle) =>
    bundle.assignments.map((target) => target.replace(/^agent:/, '')),
  );
  return [...new Set(targets)].sort();
}
