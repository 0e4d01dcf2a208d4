/** Ascending order of the sensitivity labels. */
export const SENSITIVITY_LABELS = ['public', 'internal', 'confidential', 'restricted'] as const;

/**
 * Rank of a label, 0 to 3. No label ranks as public; a label nobody knows ranks as restricted, so that a
 * misspelt one cannot slip under a threshold.
 */
export function sensitivityRank(label: string): number {
  if (label === '') return 0;
  const rank = SENSITIVITY_LABELS.findIndex((each) => each === label);
  return rank === -1 ? SENSITIVITY_LABELS.length - 1 : rank;
}
