import type { PolicyInput } from '../input/build.js';

/** Members of the input a module can refer to, one or two names deep; undefined when it may refer to the whole. */
export type InputReads = readonly (readonly string[])[] | undefined;

/**
 * Read from the text, on the safe side: every `input` counts, also in comments and texts, and what does not go on as
 * plain dotted names counts as a reference to all below it.
 */
export function inputReads(source: string): InputReads {
  const reads = new Map<string, readonly string[]>();
  for (const [, path = ''] of source.matchAll(/\binput\b((?:\.[A-Za-z_]\w*)*)/gu)) {
    if (path === '') return undefined;
    const names = path.slice(1).split('.').slice(0, 2);
    reads.set(names.join('.'), names);
  }
  return [...reads.values()];
}

/** True when a reference of the module may reach a member, or something below or above it. */
export function mayReach(reads: InputReads, member: string): boolean {
  return (
    reads === undefined ||
    reads.some(
      (names) =>
        `${names.join('.')}.`.startsWith(`${member}.`) || `${member}.`.startsWith(`${names.join('.')}.`),
    )
  );
}

/** The part of the input a module refers to: handing a document to the evaluator costs more than evaluating on it. */
export function readPart(input: PolicyInput, reads: InputReads): object {
  if (reads === undefined) return input;
  const part: Record<string, unknown> = {};
  for (const [name, member] of reads) {
    if (name === undefined || !Object.hasOwn(input, name)) continue;
    const whole: unknown = Reflect.get(input, name);
    if (member === undefined || typeof whole !== 'object' || whole === null) {
      part[name] = whole;
      continue;
    }
    const known = part[name];
    if (known === whole || !Object.hasOwn(whole, member)) {
      part[name] ??= {};
      continue;
    }
    part[name] = { ...(typeof known === 'object' ? known : {}), [member]: Reflect.get(whole, member) };
  }
  return part;
}
