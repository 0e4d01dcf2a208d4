/** A member of an object whose schema is made of nothing but these: `z.optional(z.nullable(z.string()))`. */
const PLAIN_MEMBER =
  /(?<=: )(?:z\.(?:optional|nullable|array)\()*z\.(?:string|boolean|int|number)\(\)\)*(?=,| \})/gu;

/**
 * Makes each plain schema of a module once, however many members are described by it: making one takes longer than
 * validating with it, and a one-shot command validates one reply.
 */
export function sharedMembers(texts: readonly string[]): {
  readonly declarations: readonly string[];
  /** Puts the declared ones in the place of what they stand for. */
  readonly use: (text: string) => string;
} {
  const uses = new Map<string, number>();
  for (const text of texts)
    for (const [plain] of text.matchAll(PLAIN_MEMBER)) uses.set(plain, (uses.get(plain) ?? 0) + 1);
  const shared = [...uses].filter(([, count]) => count > 1).map(([plain]) => plain);
  return {
    declarations: shared.map((plain) => `const ${nameOf(plain)} = once(() => ${plain});\n`),
    use: (text) =>
      text.replaceAll(PLAIN_MEMBER, (plain) => (shared.includes(plain) ? `${nameOf(plain)}()` : plain)),
  };
}

/** `optionalNullableString` */
function nameOf(plain: string): string {
  const [first = '', ...rest] = [...plain.matchAll(/\w+(?=\()/gu)].map(([word]) => word);
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
