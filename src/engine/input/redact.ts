/** Keys whose values are never stored; compared without case, `-`, `_` and spaces. */
const SECRET_KEY =
  /passw(?:or)?d|passphrase|pwd$|secret|token|authorization|cookie|credential|apikey|privatekey|accesskey|signingkey|encryptionkey|bearer|sessionkey|connectionstring|^auth$|^pin$|^otp$|^cvv$|^ssn$/;

/** Names that hold such a word and are no secret. */
const HARMLESS = new Set(['maxtokens', 'tokens', 'tokencount', 'tokenbudget', 'numtokens', 'totaltokens']);

const DEPTH_LIMIT = 64;
const REDACTED = '[redacted]';

/**
 * A policy input (or any JSON value) with the values of secret-looking keys replaced, at any depth. The rest stays
 * exact, so that a later simulation sees what the policy saw. What holds no secret comes back as it is, uncopied.
 */
export function redactInput(value: unknown, depth = 0): unknown {
  if (depth > DEPTH_LIMIT) return REDACTED;
  if (Array.isArray(value)) return redactList(value, depth);
  if (!isMembers(value)) return value;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const member = value[key];
    const kept = isSecretKey(key) ? REDACTED : redactInput(member, depth + 1);
    if (kept === member) continue;
    copy ??= { ...value };
    // Assigning this one name would set the prototype instead of a member.
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: kept, enumerable: true, writable: true, configurable: true });
    else copy[key] = kept;
  }
  return copy ?? value;
}

function redactList(list: readonly unknown[], depth: number): readonly unknown[] {
  const kept = list.map((each) => redactInput(each, depth + 1));
  return kept.every((each, index) => each === list[index]) ? list : kept;
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Judged keys: the same few come with every decision, and judging one costs more than the rest of its copy. */
const judged = new Map<string, boolean>();
/** Keys are the caller's choice; the memory they take is not. */
const JUDGED_LIMIT = 4096;

export function isSecretKey(key: string): boolean {
  const known = judged.get(key);
  if (known !== undefined) return known;
  const plain = key.toLowerCase().replace(/[-_\s.]/g, '');
  const secret = !HARMLESS.has(plain) && SECRET_KEY.test(plain);
  if (judged.size >= JUDGED_LIMIT) judged.clear();
  judged.set(key, secret);
  return secret;
}
