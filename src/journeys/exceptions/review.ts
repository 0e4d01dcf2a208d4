import type { OperationInput } from '../../contract/index.js';
import { parseJson, usageError } from '../../errors/index.js';
import { isJsonObject } from '../../json/object.js';

type Body = NonNullable<OperationInput<'reviewPolicyException'>['body']>;

interface ReviewWords {
  readonly decision: Body['review_decision'];
  readonly reviewedBy: string;
  readonly notes: string | undefined;
  readonly owner: string | undefined;
  readonly targetEnvironment: string | undefined;
  /** RFC 3339, or a length such as `90m`, `4h`, `7d`. */
  readonly overrideUntil: string | undefined;
  readonly policyChangeJson: string | undefined;
}

/** @throws ThothctlError `usage` for a time or a JSON text that cannot be read. */
export function reviewBody(words: ReviewWords, now: number): Body {
  const { notes, owner, targetEnvironment, overrideUntil, policyChangeJson } = words;
  return {
    review_decision: words.decision,
    reviewed_by: words.reviewedBy,
    ...(notes !== undefined && { review_notes: notes }),
    ...(owner !== undefined && { owner }),
    ...(targetEnvironment !== undefined && { target_environment: targetEnvironment }),
    ...(overrideUntil !== undefined && { override_expires_at: untilTime(overrideUntil, now) }),
    ...(policyChangeJson !== undefined && { policy_change: policyChange(policyChangeJson) }),
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function untilTime(text: string, now: number): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text.trim()) ?? [];
  const time = count === undefined ? Date.parse(text) : now + Number(count) * (UNIT_MS[unit] ?? 0);
  if (Number.isNaN(time)) {
    throw usageError(
      `--override-until cannot be read: ${JSON.stringify(text)}`,
      'give a time such as 2026-12-01T18:00:00Z, or a length such as 90m, 4h or 7d',
    );
  }
  // A time the reviewer wrote goes out as written.
  return count === undefined ? text : new Date(time).toISOString();
}

export function policyChange(text: string): Record<string, unknown> {
  const how = 'for example {"effect": "step_up", "purpose": "month-end"}';
  const parsed = parseJson(text, '--policy-change-json', how);
  if (!isJsonObject(parsed)) throw usageError('--policy-change-json must be a JSON object', how);
  return { ...parsed };
}
