/** A piece of a text that another takes the place of: `text.slice(start, end)`, in UTF-16 code units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with its edits; everything else stays as it is. Of two that overlap, the one that begins later stands. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let edited = text;
  let until = Number.POSITIVE_INFINITY;
  // From the last to the first, so that offsets stay true.
  for (const edit of edits.toSorted((one, other) => other.start - one.start)) {
    if (edit.end > until) continue;
    edited = edited.slice(0, edit.start) + edit.text + edited.slice(edit.end);
    until = edit.start;
  }
  return edited;
}
