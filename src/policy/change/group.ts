import type { OperationInput } from '../../contract/index.js';
import { usageError } from '../../errors/index.js';
import { inParallel } from '../in-parallel.js';
import type { PolicyApi } from '../remote.js';
import type { AppliedChange, ApplyOptions } from './apply.js';
import { digestOf, stepLine, type Step } from './step.js';

type Member = NonNullable<OperationInput<'stagePolicyBundles'>['body']>['members'][number];

const GROUP_LIMIT = 10_000;
/** Members and bytes of one request: the server checks them within its time also where a policy takes a tenth of a second. */
const CHUNK_MEMBERS = 100;
const CHUNK_BYTES = 2 * 1024 * 1024;
/** Requests in flight; the server checks policies one after the other, so more would only wait there. */
const CONCURRENCY = 2;

/** Changes everything by one commit. Until that reply nothing is in force; a push that was interrupted goes on where it stopped. */
export async function applyAsGroup(
  api: PolicyApi,
  steps: readonly Step[],
  { provenance, signal, onProgress }: ApplyOptions,
): Promise<readonly AppliedChange[]> {
  if (steps.length > GROUP_LIMIT)
    throw usageError(
      `${steps.length} changes are more than one push can make (${GROUP_LIMIT})`,
      'push parts of the directory, one after the other',
    );
  const digest = digestOf([...steps.map(stepLine), JSON.stringify(provenance)]);
  const opened = await api.call(
    'openPolicyBundleGroup',
    { body: { digest, size: steps.length, provenance } },
    { signal },
  );
  const path = { groupId: opened.group_id };
  const there = new Set(opened.staged);
  let done = there.size;
  onProgress?.(done, steps.length);
  await inParallel(chunked(steps.filter(({ name }) => !there.has(name))), CONCURRENCY, async (chunk) => {
    signal?.throwIfAborted();
    await api.call('stagePolicyBundles', { path, body: { members: chunk.map(memberOf) } }, { signal });
    done += chunk.length;
    onProgress?.(done, steps.length);
  });
  signal?.throwIfAborted();
  const { changes } = await api.call('commitPolicyBundleGroup', { path, body: {} }, { signal });
  const actions = new Map(steps.map(({ name, action }) => [name, action]));
  return changes.map(({ name, action, id, version }) => ({
    name,
    action: actions.get(name) ?? (action === 'delete' ? 'delete' : 'change'),
    ...(id !== undefined && { id }),
    ...(version !== undefined && { version }),
  }));
}

function memberOf(step: Step): Member {
  const common = { name: step.name, expected_id: step.newest?.id ?? null };
  switch (step.action) {
    case 'delete':
      return { ...common, action: 'delete' };
    case 'promote':
    case 'rollback':
      return {
        ...common,
        action: 'restore',
        bundle_id: step.from.id,
        status: step.status,
        enforcement_mode: step.mode,
      };
    default:
      return {
        ...common,
        action: 'create',
        framework: step.desired.framework,
        raw_policy: step.desired.rawPolicy,
        description: step.desired.description,
        assignments: [...step.desired.assignments],
        status: step.desired.status,
        enforcement_mode: step.desired.mode,
      };
  }
}

/** Requests of bounded size. What is sent is built when it is sent: thousands of policies are not held twice. */
function chunked(steps: readonly Step[]): Step[][] {
  const chunks: Step[][] = [];
  let bytes = Infinity;
  for (const step of steps) {
    const size = 'desired' in step ? Buffer.byteLength(JSON.stringify(step.desired.rawPolicy)) : 0;
    const last = chunks.at(-1);
    if (last === undefined || last.length >= CHUNK_MEMBERS || bytes + size > CHUNK_BYTES) {
      chunks.push([step]);
      bytes = size;
    } else {
      last.push(step);
      bytes += size;
    }
  }
  return chunks;
}
