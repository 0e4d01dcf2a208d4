/** Rego source with its comments blanked and every offset kept. */
export function withoutComments(source: string): string {
  return source.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*/gu, (part) =>
    part.startsWith('#') ? ' '.repeat(part.length) : part,
  );
}

/**
 * Whether compiling further than the checks can find more faults. OPA's checker accepts two things its back end may
 * not: replacing functions by `with`, and rules under a dotted name.
 */
export function backEndMayRefuse(source: string): boolean {
  const code = withoutComments(source);
  return /\bwith\b/u.test(code) || /^[ \t]*(?!input\b|data\b)[A-Za-z_]\w*[.[]/mu.test(code);
}
