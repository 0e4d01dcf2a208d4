import type { PolicyInput } from '../input/build.js';

/** Members of the input a module can refer to, none within another; undefined when it may refer to the whole. */
export type InputReads = readonly (readonly string[])[] | undefined;

/** Names of a reference that count; what is deeper is handed over with what holds it. */
const DEPTH = 4;

/**
 * Read from the text, on the safe side: every `input` counts, also in comments and texts, and what does not go on as
 * plain dotted names counts as a reference to all below it.
 */
export function inputReads(source: string): InputReads {
  const reads = new Set<string>();
  for (const [, path = ''] of source.matchAll(/\binput\b((?:\.[A-Za-z_]\w*)*)/gu)) {
    if (path === '') return undefined;
    reads.add(path.slice(1).split('.').slice(0, DEPTH).join('.'));
  }
  return [...reads]
    .filter((path) => ![...reads].some((other) => path.startsWith(`${other}.`)))
    .map((path) => path.split('.'));
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
  for (const path of reads) copyPath(part, input, path, 0);
  return part;
}

function copyPath(part: Record<string, unknown>, whole: object, path: readonly string[], at: number): void {
  const name = path[at];
  if (name === undefined || !Object.hasOwn(whole, name)) return;
  const member: unknown = Reflect.get(whole, name);
  // A list has members of its own, such as its length, that a policy does not see.
  if (at === path.length - 1 || typeof member !== 'object' || member === null || Array.isArray(member)) {
    define(part, name, member);
    return;
  }
  const known: unknown = Object.hasOwn(part, name) ? part[name] : undefined;
  const below = isMembers(known) ? known : {};
  define(part, name, below);
  copyPath(below, member, path, at + 1);
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A caller may name an argument `__proto__`, which an assignment would take for something else. */
function define(part: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(part, name, { value, enumerable: true, configurable: true, writable: true });
  else part[name] = value;
}
