/** The part of argv that is ours and, when a `--` stands in it, the part that is not. */
export interface SplitArgv {
  readonly own: string[];
  /** Exactly as typed, in order; undefined without a `--`. */
  readonly after: string[] | undefined;
}

/** Splits at the first `--`. Only the part before it is ever parsed, so what follows keeps its order and its tokens. */
export function splitArgv(argv: readonly string[]): SplitArgv {
  const at = argv.indexOf('--');
  return at < 0
    ? { own: [...argv], after: undefined }
    : { own: argv.slice(0, at), after: argv.slice(at + 1) };
}

/** Reads one option from unparsed argv, for the case that parsing itself failed. */
export function peekOption(own: readonly string[], name: string): string | undefined {
  for (const [i, token] of own.entries()) {
    if (token === `--${name}`) return own[i + 1];
    if (token.startsWith(`--${name}=`)) return token.slice(name.length + 3);
  }
  return undefined;
}
