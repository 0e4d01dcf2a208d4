/** Rego source with its comments blanked and every offset kept. */
export function withoutComments(source: string): string {
  return source.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*/gu, (part) =>
    part.startsWith('#') ? ' '.repeat(part.length) : part,
  );
}

/** Below it no policy was seen that the checker takes and the back end is too small for. */
const ALWAYS_FITS = 16 * 1024;

/**
 * Whether compiling further than the checks can find more faults. OPA's checker accepts three things its back end may
 * not: replacing functions by `with`, rules under a dotted name, and rules of a thousand lines.
 */
export function backEndMayRefuse(source: string): boolean {
  if (source.length > ALWAYS_FITS) return true;
  const code = withoutComments(source);
  return /\bwith\b/u.test(code) || /^[ \t]*(?!input\b|data\b)[A-Za-z_]\w*[.[]/mu.test(code);
}
