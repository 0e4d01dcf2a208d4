const secrets = new Set<string>();
const MASK = '[redacted]';

/** Remembers a secret of this run so that no message, trace or error can show it. Very short values are ignored. */
export function protect(secret: string): void {
  if (secret.length >= 6) secrets.add(secret);
}

/** Replaces every remembered secret, also where it appears percent-encoded. */
export function redact(text: string): string {
  let safe = text;
  for (const secret of secrets) {
    safe = safe.replaceAll(secret, MASK);
    const encoded = encodeURIComponent(secret);
    if (encoded !== secret) safe = safe.replaceAll(encoded, MASK);
  }
  return safe;
}

/** `redact` over every string inside a value. */
export function redactDeep(value: unknown): unknown {
  if (secrets.size === 0) return value;
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, redactDeep(member)]));
}
