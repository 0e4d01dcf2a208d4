/** Keys whose values are never stored; compared without case, `-`, `_` and spaces. */
const SECRET_KEY =
  /passw(?:or)?d|passphrase|pwd$|secret|token|authorization|cookie|credential|apikey|privatekey|accesskey|signingkey|encryptionkey|bearer|sessionkey|connectionstring|^auth$|^pin$|^otp$|^cvv$|^ssn$/;

/** Names that hold such a word and are no secret. */
const HARMLESS = new Set(['maxtokens', 'tokens', 'tokencount', 'tokenbudget', 'numtokens', 'totaltokens']);

const DEPTH_LIMIT = 64;
const REDACTED = '[redacted]';

/**
 * A copy of a policy input (or any JSON value) with the values of secret-looking keys replaced, at any depth.
 * The rest stays exact, so that a later simulation sees what the policy saw.
 */
export function redactInput(value: unknown, depth = 0): unknown {
  if (depth > DEPTH_LIMIT) return REDACTED;
  if (Array.isArray(value)) return value.map((each) => redactInput(each, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const kept = isSecretKey(key) ? REDACTED : redactInput(member, depth + 1);
    // Assigning this one name would set the prototype instead of a member.
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: kept, enumerable: true, writable: true, configurable: true });
    else copy[key] = kept;
  }
  return copy;
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
