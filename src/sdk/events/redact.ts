const SECRET_KEY =
  /pass(word|wd|phrase)?|token|secret|api[-_]?key|(^|[-_])key$|auth|cookie|credential|session|private/i;

/** Known key formats: cloud, forge, chat and model vendors, JSON web tokens, PEM blocks. */
const SECRET_VALUE =
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bsk-[\w-]{16,}|\bthoth_(live|test)_\w+|\beyJ[\w-]{8,}\.[\w-]{8,}\.|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

const MAX_TEXT = 256;

/** Copies a JSON value with secrets and long texts replaced by a marker that tells only their length. */
export function redact(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (SECRET_KEY.test(key) || SECRET_VALUE.test(value)) return `[redacted, ${value.length} characters]`;
    return value.length > MAX_TEXT ? `[long text, ${value.length} characters]` : value;
  }
  if (key !== '' && SECRET_KEY.test(key) && value !== null && value !== undefined) return '[redacted]';
  if (Array.isArray(value)) return value.map((entry) => redact(entry, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, redact(entry, name)]));
}
