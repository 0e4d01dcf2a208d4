import { SENSITIVITY_LABELS } from '../../../engine/sensitivity.js';
import { HttpError } from '../../http/port.js';
import { textMember, type JsonObject } from '../json-documents.js';
import type { CitedCall } from './cited-violation.js';

/** What an approval lets happen, in the terms the engine can check. */
export interface ApprovedChange {
  readonly requestId: string;
  readonly agentId: string | undefined;
  readonly toolName: string | undefined;
  readonly environment: string | undefined;
  readonly purpose: string | undefined;
  readonly maxSensitivity: string | undefined;
  /** Held for a person each time instead of let through. */
  readonly hold: boolean;
  readonly ruleIds: readonly string[];
}

/** The conditions of a `policy_change`. */
export type ChangeTerms = Pick<ApprovedChange, 'hold' | 'purpose' | 'maxSensitivity'>;

/** Members of a `policy_change` that only describe. */
const DESCRIPTIVE = new Set(['description', 'summary', 'reason', 'notes', 'title', 'ticket']);

/**
 * Reads a `policy_change`. A condition the engine cannot check is one a person has to: the call is then held, never let
 * through. Throws 400 for a known member with a value it cannot have.
 */
export function changeTerms(change: JsonObject | undefined): ChangeTerms {
  let hold = false;
  for (const [member, value] of Object.entries(change ?? {})) {
    if (member === 'effect') hold ||= effectHolds(value);
    else if (member === 'purpose' || member === 'max_sensitivity') requireText(member, value);
    else if (!DESCRIPTIVE.has(member)) hold = true;
  }
  const label = textMember(change ?? {}, 'max_sensitivity')
    ?.trim()
    .toLowerCase();
  if (label !== undefined && !SENSITIVITY_LABELS.some((known) => known === label)) {
    throw invalid('max_sensitivity', `must be one of ${SENSITIVITY_LABELS.join(', ')}`);
  }
  return { hold, purpose: textMember(change ?? {}, 'purpose'), maxSensitivity: label };
}

/** Both sets of conditions at once: a second one can only narrow what was approved. */
export function narrowed(approved: ChangeTerms, further: ChangeTerms): ChangeTerms {
  return {
    hold: approved.hold || further.hold,
    purpose: approved.purpose ?? further.purpose,
    maxSensitivity: approved.maxSensitivity ?? further.maxSensitivity,
  };
}

export function approvedChange(
  requestId: string,
  cited: CitedCall,
  targetEnvironment: string | undefined,
  terms: ChangeTerms,
): ApprovedChange {
  const environment = targetEnvironment ?? cited.environment;
  return { requestId, ...cited, environment: environment?.trim().toLowerCase(), ...terms };
}

function effectHolds(value: unknown): boolean {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'allow' || word === 'permit') return false;
  if (word === 'step_up') return true;
  throw invalid('effect', 'must be allow or step_up');
}

function requireText(member: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '') throw invalid(member, 'must be a text');
}

function invalid(member: string, problem: string): HttpError {
  const field = `policy_change.${member}`;
  return new HttpError(400, 'invalid_request', `${field} ${problem}`, { field });
}
