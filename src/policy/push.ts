import { ThothctlError } from '../errors/index.js';
import type { BundleChange } from './diff.js';
import { diffPolicy, pendingChanges, type PolicyDiff } from './diff.js';
import { faultyPolicy, type PolicyFault } from './fault.js';
import { lintBundles } from './lint.js';
import { loadSoundPolicy } from './load.js';
import { remoteBundles, type PolicyApi } from './remote.js';

/** Requests in flight: fills a connection pool without tripping a rate limit of a shared control plane. */
const CONCURRENCY = 8;

interface SentBundle {
  readonly name: string;
  readonly action: 'create' | 'change';
  readonly framework: string;
  readonly id: string;
  readonly version: number;
}

interface FailedBundle {
  readonly name: string;
  readonly action: 'create' | 'change';
  readonly error: ThothctlError;
}

export interface PushPlan {
  readonly diff: PolicyDiff;
  readonly pending: readonly BundleChange[];
  readonly warnings: readonly PolicyFault[];
}

export interface PushOutcome {
  readonly sent: readonly SentBundle[];
  readonly failed: readonly FailedBundle[];
  /** Names not tried, because an earlier failure would have hit every one of them. */
  readonly skipped: readonly string[];
}

/** What the directory would change, without checking the policies themselves. One list request. */
export async function comparePolicy(api: PolicyApi, path: string, signal?: AbortSignal): Promise<PolicyDiff> {
  const bundles = await loadSoundPolicy(path, 'nothing was compared');
  return diffPolicy(bundles, await remoteBundles(api, signal));
}

/**
 * What a push would send. Policies that differ from the control plane are checked here, so a single bad file
 * stops the push before its first changing request.
 * @throws ThothctlError `policy_invalid` with every fault.
 */
export async function planPush(api: PolicyApi, path: string, signal?: AbortSignal): Promise<PushPlan> {
  const bundles = await loadSoundPolicy(path, 'nothing was sent');
  const diff = diffPolicy(bundles, await remoteBundles(api, signal));
  const pending = pendingChanges(diff);
  const findings = await lintBundles(
    pending.map((change) => change.desired),
    signal,
  );
  if (findings.some((fault) => fault.severity === 'error')) throw faultyPolicy(findings, 'nothing was sent');
  return { diff, pending, warnings: findings };
}

/** Sends the planned changes. Never rejects for a refused bundle; those are listed and a second push repeats only them. */
export async function sendPush(
  api: PolicyApi,
  pending: readonly BundleChange[],
  options: { readonly signal?: AbortSignal; readonly onSent?: (done: number, total: number) => void } = {},
): Promise<PushOutcome> {
  const sent: SentBundle[] = [];
  const failed: FailedBundle[] = [];
  const queue = [...pending].reverse();
  let hopeless = false;
  const sender = async (): Promise<void> => {
    while (!hopeless && !options.signal?.aborted) {
      const change = queue.pop();
      if (change === undefined) return;
      const action = change.action === 'create' ? 'create' : 'change';
      const name = change.desired.name;
      try {
        const created = await sendBundle(api, change, options.signal);
        sent.push({
          name,
          action,
          framework: change.desired.framework,
          id: created.id,
          version: created.version,
        });
        options.onSent?.(sent.length + failed.length, pending.length);
      } catch (cause) {
        if (!(cause instanceof ThothctlError)) throw cause;
        failed.push({ name, action, error: cause });
        hopeless ||= HOPELESS.has(cause.exit);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, pending.length) }, sender));
  const order = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return {
    sent: sent.sort(order),
    failed: failed.sort(order),
    skipped: queue.map((change) => change.desired.name).sort(),
  };
}

/** Failures that the next bundle would meet as well. */
const HOPELESS = new Set<ThothctlError['exit']>([
  'unauthenticated',
  'forbidden',
  'unavailable',
  'interrupted',
  'terminated',
]);

async function sendBundle(
  api: PolicyApi,
  change: BundleChange,
  signal: AbortSignal | undefined,
): Promise<{ readonly id: string; readonly version: number }> {
  const bundle = change.desired;
  return api.call(
    'createPolicyBundle',
    {
      body: {
        name: bundle.name,
        description: bundle.description,
        framework: bundle.framework,
        raw_policy: bundle.rawPolicy,
        assignments: [...bundle.assignments],
        status: bundle.status,
        enforcement_mode: bundle.mode,
      },
    },
    { signal },
  );
}

/** The error of a push that did not arrive whole: the one failure when nothing went through, else `partial`. */
export function pushFailure(outcome: PushOutcome): ThothctlError | undefined {
  const first = outcome.failed[0];
  if (first === undefined) return undefined;
  const lines = outcome.failed.map(({ name, error }) => `${name}: ${error.message}`);
  const rest =
    outcome.skipped.length > 0
      ? [`not tried: ${outcome.skipped.length} (${outcome.skipped.join(', ')})`]
      : [];
  return new ThothctlError({
    code: outcome.sent.length === 0 ? first.error.code : 'push_incomplete',
    message: `${outcome.failed.length} of ${outcome.failed.length + outcome.sent.length + outcome.skipped.length} bundles were not accepted\n${[...lines, ...rest].join('\n')}`,
    exit: outcome.sent.length === 0 ? first.error.exit : 'partial',
    fix: first.error.fix ?? 'repair what is listed and push again; only what is missing is sent',
    requestId: first.error.requestId,
    details: {
      sent: outcome.sent,
      failed: outcome.failed.map(({ name, action, error }) => ({
        name,
        action,
        code: error.code,
        message: error.message,
      })),
      skipped: outcome.skipped,
    },
    cause: first.error,
  });
}
