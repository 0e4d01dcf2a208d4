/** What evidence can hold; deeper values have no canonical form, and walking them could exhaust the stack. */
const MAX_DEPTH = 48;
/** With the `u` flag a well-formed pair is one code point, so only a surrogate without its partner matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Why a parsed JSON value cannot be kept, or undefined. Half a surrogate pair and endless nesting pass JSON.parse and
 * fail much later, where a caller's mistake would look like a fault of the server. Walks without recursion.
 */
export function unkeepable(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'string') {
        if (LONE_SURROGATE.test(each)) return 'is not well-formed Unicode';
      } else if (typeof each === 'number') {
        if (!Number.isFinite(each)) return 'holds a number that is out of range';
      } else if (typeof each === 'object' && each !== null) {
        if (depth >= MAX_DEPTH) return `nests deeper than ${MAX_DEPTH} levels`;
        if (!Array.isArray(each)) for (const name of Object.keys(each)) below.push(name);
        // One by one: spreading a long array would put all of it on the stack.
        for (const member of Object.values(each)) below.push(member);
      }
    }
    level = below;
  }
  return undefined;
}
