import type { OperationInput } from '../../contract/index.js';
import { ThothctlError } from '../../errors/index.js';
import type { RemoteBundle } from '../bundle.js';
import { bareHash } from '../content-hash.js';
import { inParallel } from '../in-parallel.js';
import { policyText, remoteBundles, type PolicyApi } from '../remote.js';
import type { AppliedChange, ApplyOptions } from './apply.js';
import type { CopyStep, DeleteStep, SendStep, Step } from './step.js';

type Body = NonNullable<OperationInput<'createPolicyBundle'>['body']>;

/** Requests in flight: fills a connection pool without tripping a rate limit of a shared control plane. */
const CONCURRENCY = 8;

/** One change by the one request a plain control plane has for it. */
export async function applySingle(
  api: PolicyApi,
  step: SendStep | CopyStep,
  signal: AbortSignal | undefined,
): Promise<AppliedChange> {
  const made =
    step.action === 'rollback'
      ? await api.call('rollbackPolicyBundle', { path: { bundleId: step.from.id }, body: {} }, { signal })
      : await api.call('createPolicyBundle', { body: await bodyOf(api, step, signal) }, { signal });
  return { name: step.name, action: step.action, id: made.id, version: made.version };
}

/**
 * For control planes without groups: everything that is to govern is staged first, where it binds nobody; when all of
 * it was accepted it is promoted; deletions come last. A failure undoes what was done.
 */
export async function applyOneByOne(
  api: PolicyApi,
  steps: readonly Step[],
  { signal, onProgress }: ApplyOptions,
): Promise<readonly AppliedChange[]> {
  const sends = steps.filter((step): step is SendStep | CopyStep => step.action !== 'delete');
  const deletions = steps.filter((step): step is DeleteStep => step.action === 'delete');
  const staging = sends.filter(governs).filter((step) => !isStagedAlready(step));
  const total = staging.length + steps.length;
  const applied: AppliedChange[] = [];
  const created: string[] = [];
  let done = 0;
  const progress = (): void => onProgress?.((done += 1), total);
  const create = async (body: Body): Promise<RemoteBundle> => {
    const made = await api.call('createPolicyBundle', { body }, { signal });
    created.push(made.id);
    progress();
    return made;
  };
  try {
    await inParallel(staging, CONCURRENCY, async (step) => {
      const body = await bodyOf(api, step, signal);
      await create({ ...body, status: 'staged', enforcement_mode: 'observe' });
    });
    await inParallel(sends, CONCURRENCY, async (step) => {
      const made = await create(await bodyOf(api, step, signal));
      applied.push({ name: step.name, action: step.action, id: made.id, version: made.version });
    });
  } catch (cause) {
    throw await undone(api, sends, created, cause);
  }
  try {
    await inParallel(deletions, CONCURRENCY, async ({ name, versions }) => {
      for (const { id } of versions)
        await api.call('deletePolicyBundle', { path: { bundleId: id } }, { signal });
      applied.push({ name, action: 'delete' });
      progress();
    });
  } catch (cause) {
    throw await incomplete(api, steps, cause, 'what was sent is in force, but not everything was deleted');
  }
  return applied.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function governs(step: SendStep | CopyStep): boolean {
  return ('desired' in step ? step.desired.status : step.status) === 'active';
}

/** Left staged by a push that was stopped, or staged on purpose: it need not be staged again. */
function isStagedAlready(step: SendStep | CopyStep): boolean {
  if (!('desired' in step)) return step.action === 'promote';
  if (step.newest?.status !== 'staged') return false;
  return bareHash(step.newest.policy_hash) === step.desired.policyHash;
}

async function bodyOf(
  api: PolicyApi,
  step: SendStep | CopyStep,
  signal: AbortSignal | undefined,
): Promise<Body> {
  if ('desired' in step) {
    const { desired } = step;
    return {
      name: desired.name,
      description: desired.description,
      framework: desired.framework,
      raw_policy: desired.rawPolicy,
      assignments: [...desired.assignments],
      status: desired.status,
      enforcement_mode: desired.mode,
    };
  }
  return {
    name: step.name,
    description: step.from.description ?? '',
    framework: step.from.framework.toUpperCase() === 'CEDAR' ? 'CEDAR' : 'OPA',
    raw_policy: await policyText(api, step.from, signal),
    assignments: [...step.from.assignments],
    status: step.status,
    enforcement_mode: step.mode,
  };
}

/** Takes back the versions that were made; without a signal, since an interrupt is one reason to be here. */
async function undone(
  api: PolicyApi,
  steps: readonly (SendStep | CopyStep)[],
  created: readonly string[],
  cause: unknown,
): Promise<unknown> {
  const left: string[] = [];
  for (const bundleId of await madeHere(api, steps, created)) {
    try {
      await api.call('deletePolicyBundle', { path: { bundleId } });
    } catch (failure) {
      if (!(failure instanceof ThothctlError)) throw failure;
      if (failure.exit !== 'notFound') left.push(bundleId);
    }
  }
  return incomplete(
    api,
    steps,
    cause,
    left.length === 0
      ? 'what had been sent was taken back; what governed before governs again'
      : `${left.length} versions could not be taken back: ${left.join(', ')}`,
    left,
  );
}

/**
 * Versions of this push, newest first, so that what governed before governs again and no half-way version does
 * meanwhile. A version whose reply was lost is known by its place and content.
 */
async function madeHere(
  api: PolicyApi,
  steps: readonly (SendStep | CopyStep)[],
  created: readonly string[],
): Promise<readonly string[]> {
  const remote = await listed(api);
  if (remote === undefined) return [...created].reverse();
  const known = new Set(created);
  const ofName = new Map(steps.map((step) => [step.name, step]));
  return remote
    .filter((bundle) => {
      const step = ofName.get(bundle.name);
      if (step === undefined || bundle.version <= (step.newest?.version ?? 0)) return false;
      return known.has(bundle.id) || bareHash(bundle.policy_hash) === hashOf(step);
    })
    .sort((a, b) => b.version - a.version)
    .map(({ id }) => id);
}

function hashOf(step: SendStep | CopyStep): string {
  return 'desired' in step ? step.desired.policyHash : bareHash(step.from.policy_hash);
}

async function listed(api: PolicyApi): Promise<readonly RemoteBundle[] | undefined> {
  try {
    return await remoteBundles(api);
  } catch (failure) {
    if (failure instanceof ThothctlError) return undefined;
    throw failure;
  }
}

async function incomplete(
  api: PolicyApi,
  steps: readonly Step[],
  cause: unknown,
  consequence: string,
  left: readonly string[] = [],
): Promise<unknown> {
  const active = await activeNow(api, steps);
  const failure = cause instanceof ThothctlError ? cause : undefined;
  if (failure === undefined && !(cause instanceof Error && cause.name === 'AbortError')) return cause;
  const lines = active?.map(({ name, version }) =>
    version === undefined ? `${name}: nothing is in force` : `${name}: version ${version} is in force`,
  ) ?? ['what is in force could not be read; `thothctl policy list` tells'];
  return new ThothctlError({
    code: 'push_incomplete',
    message: `${failure?.message ?? 'the push was interrupted'}; ${consequence}\n${lines.join('\n')}`,
    exit: 'partial',
    fix: failure?.fix ?? 'push again once the cause is gone; only what is missing is sent',
    requestId: failure?.requestId,
    details: { cause: failure?.code ?? 'interrupted', active: active ?? null, not_taken_back: left },
    cause,
  });
}

/** Of each name the version that governs, read anew: replies that were lost do not hide anything. */
async function activeNow(
  api: PolicyApi,
  steps: readonly Step[],
): Promise<
  readonly { readonly name: string; readonly version?: number; readonly id?: string }[] | undefined
> {
  const remote = await listed(api);
  if (remote === undefined) return undefined;
  const governing = new Map<string, RemoteBundle>();
  for (const bundle of remote) {
    const known = governing.get(bundle.name);
    if (bundle.status !== 'staged' && (known === undefined || bundle.version > known.version))
      governing.set(bundle.name, bundle);
  }
  return steps.map(({ name }) => {
    const bundle = governing.get(name);
    return bundle?.status === 'active' ? { name, version: bundle.version, id: bundle.id } : { name };
  });
}
