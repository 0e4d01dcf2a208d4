import type { AccountSummary } from './account.js';

const PARTS: readonly (readonly [keyof AccountSummary, string])[] = [
  ['allowed', 'allowed'],
  ['modified', 'changed'],
  ['blocked', 'blocked'],
  ['undecided', 'refused without a decision'],
  ['deferred', 'deferred'],
  ['cancelled', 'cancelled'],
];

/** One line about the decisions of a run; undefined when there were none to tell of. */
export function summaryText(account: AccountSummary, recorded: boolean): string | undefined {
  const lost = recorded ? '' : '; the record is incomplete, its file could not be written';
  if (account.calls === 0 && account.redacted === 0) return recorded ? undefined : `thothctl run${lost}`;
  const parts = PARTS.filter(([member]) => account[member] > 0).map(
    ([member, word]) => `${account[member]} ${word}`,
  );
  const held = account.held === 0 ? '' : ` (${account.held} held for approval)`;
  const redacted = account.redacted === 0 ? '' : `; ${account.redacted} values taken out of results`;
  const calls = `${account.calls} call${account.calls === 1 ? '' : 's'}`;
  return `thothctl run: ${calls}${parts.length === 0 ? '' : `, ${parts.join(', ')}`}${held}${redacted}${lost}`;
}
