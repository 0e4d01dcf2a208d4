import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { errorCode, jsonFault, ThothctlError, usageError } from '../../errors/index.js';
import { excerptOf, pointed } from '../fault.js';
import type { PolicyApi } from '../remote.js';
import { writeInPlace } from '../write-in-place.js';
import type { PushPlan } from './plan.js';

const FORMAT = 'thothctl.policy-plan/1';
const LARGEST_PLAN = 64 * 1024 * 1024;

const planSchema = z.object({
  format: z.literal(FORMAT),
  tenant_id: z.string(),
  control_plane: z.string(),
  directory: z.string(),
  stage: z.boolean(),
  prune: z.boolean(),
  local_digest: z.string(),
  remote_digest: z.string(),
  steps: z.array(
    z.object({
      action: z.enum(['create', 'change', 'delete']),
      name: z.string(),
      expected_id: z.nullable(z.string()),
      policy_hash: z.optional(z.string()),
      members: z.optional(z.array(z.string())),
    }),
  ),
});
const sealedSchema = z.extend(planSchema, { seal: z.string() });

type Plan = z.infer<typeof planSchema>;
/** What was decided and on what it was decided. It holds no policy: what is sent is always the directory's. */
export type SavedPlan = z.infer<typeof sealedSchema>;

export function savedPlan(
  api: PolicyApi,
  plan: PushPlan,
  about: { readonly directory: string; readonly stage: boolean; readonly prune: boolean },
): SavedPlan {
  const members = new Map(plan.diff.changes.map((change) => [change.desired.name, change.members]));
  const body: Plan = {
    format: FORMAT,
    tenant_id: api.tenantId,
    control_plane: api.baseUrl,
    ...about,
    local_digest: plan.localDigest,
    remote_digest: plan.remoteDigest,
    steps: plan.steps.flatMap((step) =>
      step.action === 'promote' || step.action === 'rollback'
        ? []
        : [
            {
              action: step.action,
              name: step.name,
              expected_id: step.newest?.id ?? null,
              ...('desired' in step && {
                policy_hash: step.desired.policyHash,
                members: [...(members.get(step.name) ?? [])],
              }),
            },
          ],
    ),
  };
  return { ...body, seal: sealOf(body) };
}

export function writePlan(path: string, plan: SavedPlan): Promise<void> {
  return writeInPlace(path, `${JSON.stringify(plan, null, 2)}\n`);
}

/**
 * Reads a saved plan for this tenant.
 * @throws ThothctlError `usage` with the place, when it cannot be read, was edited, or is of another tenant.
 */
export async function readPlan(api: PolicyApi, path: string): Promise<SavedPlan> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`plan ${path} cannot be read (${reason})`, AGAIN);
  });
  if (text.length > LARGEST_PLAN) throw usageError(`plan ${path} is too large to be a plan`, AGAIN);
  const read = sealedSchema.safeParse(parsed(path, text));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw usageError(`${path} is not a policy plan (at ${issue?.path.join('.') || 'its top'})`, AGAIN);
  }
  const { seal, ...body } = read.data;
  if (seal !== sealOf(body)) throw refused('plan_edited', `${path} was edited since it was saved`);
  if (body.tenant_id !== api.tenantId)
    throw refused(
      'plan_of_another_tenant',
      `${path} is a plan for tenant ${body.tenant_id}, not ${api.tenantId}`,
    );
  return read.data;
}

/**
 * Holds a plan against what there is now.
 * @throws ThothctlError `policy_drift` (exit 7), naming what moved.
 */
export function requireUnmoved(saved: SavedPlan, now: PushPlan): void {
  const sides = [
    ...(saved.local_digest === now.localDigest ? [] : ['the directory']),
    ...(saved.remote_digest === now.remoteDigest ? [] : ['the control plane']),
  ];
  if (sides.length === 0) return;
  const before = new Map(saved.steps.map((step) => [step.name, `${step.expected_id} ${step.policy_hash}`]));
  const after = new Map(
    now.steps.map((step) => [
      step.name,
      `${step.newest?.id ?? null} ${'desired' in step ? step.desired.policyHash : undefined}`,
    ]),
  );
  const names = [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
  throw new ThothctlError({
    code: 'policy_drift',
    message: `${sides.join(' and ')} changed since the plan${names.length === 0 ? '' : `: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`}; nothing was sent`,
    exit: 'conflict',
    fix: AGAIN,
    details: { changed_sides: sides, names },
  });
}

const AGAIN = 'make the plan anew: `thothctl policy plan DIR --save FILE`';

function refused(code: string, message: string): ThothctlError {
  return new ThothctlError({ code, message: `${message}; nothing was sent`, exit: 'usage', fix: AGAIN });
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column } = jsonFault(text);
    const excerpt = excerptOf(text, line, column);
    // A plan that was cut off ends at an empty line.
    const shown = excerpt === '' ? '' : `\n${pointed(excerpt, column)}`;
    throw usageError(`${path}:${line}:${column}: the plan is not JSON${shown}`, AGAIN);
  }
}

/** Finds edits; against somebody who computes it anew the digests of both sides stand. */
function sealOf(plan: Plan): string {
  return createHash('sha256')
    .update(
      JSON.stringify([
        plan.format,
        plan.tenant_id,
        plan.control_plane,
        plan.directory,
        plan.stage,
        plan.prune,
        plan.local_digest,
        plan.remote_digest,
        plan.steps.map((step) => [step.action, step.name, step.expected_id, step.policy_hash, step.members]),
      ]),
    )
    .digest('hex');
}
