import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { ThothctlError, usageError } from '../errors/index.js';
import { isJsonObject } from '../json/object.js';
import { stableText } from './compare.js';
import { SECTIONS, type TenantApi } from './kinds/kind.js';
import { presentDigest, type TenantPlan } from './plan.js';

const FORMAT = 1;

const planSchema = z.object({
  format: z.literal(FORMAT),
  tenant_id: z.string(),
  present_digest: z.string(),
  compared: z.array(z.object({ section: z.enum(SECTIONS), asked: z.array(z.array(z.string())) })),
  folder: z.string(),
  /** What the tenant file says to no effect, for whoever applies the plan. Plans of earlier releases have none. */
  warnings: z.optional(z.array(z.string())),
  changes: z.array(
    z.object({
      section: z.enum(SECTIONS),
      identity: z.array(z.string()),
      action: z.enum(['create', 'update', 'replace', 'delete']),
      fields: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
      secrets: z.array(z.string()),
      wanted: z.record(z.string(), z.unknown()),
    }),
  ),
});

export type SavedPlan = z.infer<typeof planSchema>;

/** Text of a plan file. It holds references of secrets, never secrets. */
export function savedPlan(plan: TenantPlan, warnings: readonly string[]): string {
  const content = { format: FORMAT, ...plan, warnings };
  return `${JSON.stringify({ ...content, digest: digest(content) }, null, 2)}\n`;
}

/** @throws ThothctlError `plan_unreadable`; `plan_edited` when it is not what was saved */
export async function readSavedPlan(path: string): Promise<SavedPlan> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw usageError(`The plan ${path} cannot be read`, 'save one with `thothctl plan FILE --save PLAN`');
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notAPlan(path);
  }
  const read = planSchema.safeParse(value);
  if (!read.success || !isJsonObject(value)) throw notAPlan(path);
  const { digest: said, ...content } = value;
  if (said !== digest(content))
    throw new ThothctlError({
      code: 'plan_edited',
      message: `${path} is not what was saved.`,
      exit: 'conflict',
      fix: 'Change the tenant file instead, and plan again.',
    });
  return read.data;
}

/** A plan is good for one tenant as it was. @throws ThothctlError `tenant_mismatch`, `tenant_drifted` */
export async function requireUnchanged(api: TenantApi, plan: SavedPlan, signal?: AbortSignal): Promise<void> {
  if (plan.tenant_id !== api.tenantId)
    throw new ThothctlError({
      code: 'tenant_mismatch',
      message: `The plan is for the tenant ${plan.tenant_id}, and the command is connected to ${api.tenantId}.`,
      exit: 'conflict',
      fix: 'Select the other tenant with --tenant-id or --context.',
    });
  if ((await presentDigest(api, plan.compared, signal)) === plan.present_digest) return;
  throw new ThothctlError({
    code: 'tenant_drifted',
    message: 'The tenant has changed since the plan was made; nothing was sent.',
    exit: 'conflict',
    fix: 'Plan again, look at the differences, and apply the new plan.',
  });
}

function notAPlan(path: string): ThothctlError {
  return usageError(
    `${path} is no saved plan of this release`,
    'save one with `thothctl plan FILE --save PLAN`',
  );
}

function digest(content: object): string {
  return createHash('sha256').update(stableText(content)).digest('hex');
}
