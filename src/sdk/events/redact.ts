const SECRET_KEY =
  /pass(word|wd|phrase)?|pwd|token|secret|api[-_]?key|(^|[-_])key$|auth|bearer|cookie|credential|session|private/i;
/** `accessKey`, `signingKey`: the capital tells them from words that end so. */
const SECRET_CAMEL_KEY = /[a-z\d]Key(Id)?$/;

/** Known key formats: cloud, forge, chat, payment and model vendors, JSON web tokens, PEM blocks, passwords in addresses. */
const SECRET_VALUE =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\bglpat-[\w-]{16,}|\b(npm|hf)_[A-Za-z0-9]{20,}|\b[rs]k_(live|test)_\w{10,}|\bbearer +[\w.~+/-]{16,}|:\/\/[^\s/@:]*:[^\s/@]+@|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bsk-[\w-]{16,}|\bthoth_(live|test)_\w+|\beyJ[\w-]{8,}\.[\w-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY-----/i;

const MAX_TEXT = 256;

const isSecretName = (key: string): boolean => SECRET_KEY.test(key) || SECRET_CAMEL_KEY.test(key);

/** Copies a JSON value with secrets and long texts replaced by a marker that tells only their length. */
export function redact(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (isSecretName(key)) return `[redacted, ${value.length} characters]`;
    // Before the formats: nothing of a long text is shown, and searching one could take seconds.
    if (value.length > MAX_TEXT) return `[long text, ${value.length} characters]`;
    return SECRET_VALUE.test(value) ? `[redacted, ${value.length} characters]` : value;
  }
  if (key !== '' && isSecretName(key) && value !== null && value !== undefined) return '[redacted]';
  if (Array.isArray(value)) return value.map((entry) => redact(entry, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, redact(entry, name)]));
}
