import type { Column } from './port.js';

/** A column with the room it has. */
export interface Slot {
  readonly column: Column;
  width: number;
}

export const GAP = '  ';
const NARROWEST_TEXT = 8;
/** Text of later rows may be longer than that of the first: a stream gives it what room is left, up to this. */
const ROOMY_TEXT = 32;

export const mayShrink = ({ column }: Slot) => (column.kind ?? 'text') === 'text';

/** Shrinks text columns, the widest first, until all fit; false when even that is not enough. */
function shrinkTo(slots: readonly Slot[], width: number): boolean {
  let excess = slots.reduce((sum, slot) => sum + slot.width, 0) + GAP.length * (slots.length - 1) - width;
  while (excess > 0) {
    const shrinkable = slots.filter((slot) => mayShrink(slot) && slot.width > NARROWEST_TEXT);
    const [first, ...others] = shrinkable;
    if (first === undefined) return false;
    const widest = others.reduce((most, slot) => (slot.width > most.width ? slot : most), first);
    widest.width -= 1;
    excess -= 1;
  }
  return true;
}

/**
 * The columns a terminal has room for: all of them, else those that say anything, else without the spare ones it takes.
 * Undefined when even that is not enough; then every column is shown in blocks.
 */
export function fitting(
  slots: readonly Slot[],
  width: number,
  saysNothing: (slot: Slot) => boolean,
): Slot[] | undefined {
  for (const choice of choices(slots, saysNothing)) {
    const fit = shrunk(choice, width);
    if (fit) return fit;
  }
  return undefined;
}

function* choices(slots: readonly Slot[], saysNothing: (slot: Slot) => boolean) {
  yield slots;
  let kept = slots.filter((slot) => !saysNothing(slot));
  yield kept;
  for (const spare of kept.filter(({ column }) => column.spare === true).reverse()) {
    kept = kept.filter((slot) => slot !== spare);
    yield kept;
  }
}

function shrunk(slots: readonly Slot[], width: number): Slot[] | undefined {
  const copies = slots.map((slot) => ({ ...slot }));
  return shrinkTo(copies, width) ? copies : undefined;
}

/** Shares the room left over among the text columns. */
export function growInto(slots: readonly Slot[], width: number): void {
  let room = width - slots.reduce((sum, slot) => sum + slot.width, 0) - GAP.length * (slots.length - 1);
  for (let grown = true; grown && room > 0;) {
    grown = false;
    for (const slot of slots) {
      if (room <= 0 || !mayShrink(slot) || slot.width >= ROOMY_TEXT) continue;
      slot.width += 1;
      room -= 1;
      grown = true;
    }
  }
}
