import { isJsonObject, ownMember, parseDocument, type JsonObject } from './json-documents.js';

/** Write-only members of the settings: kept apart from the document, so that no read can return them. */
const SECRET_PATHS = [
  'webhook.secret',
  'siem.webhook.secret',
  'pam.callback_secret',
  'pam.request_secret',
  'pam.request_auth_token',
] as const;
type SecretPath = (typeof SECRET_PATHS)[number];
export type Secrets = Readonly<Partial<Record<SecretPath, string>>>;

const MASK = /^[*\u2022\u25cf\u2217\u00b7xX]{3,}$/;

export interface Split {
  /** The written document without any secret member. */
  readonly document: JsonObject;
  readonly secrets: Secrets;
  readonly changed: readonly SecretPath[];
}

/**
 * Takes the secrets out of a written document. Clients PUT documents without the secrets they could not read, so a
 * missing one keeps what is stored; null clears; an empty text or a mask counts as missing.
 */
export function splitSecrets(written: JsonObject, stored: Secrets): Split {
  const secrets: Partial<Record<SecretPath, string>> = { ...stored };
  const changed: SecretPath[] = [];
  let document = written;
  for (const path of SECRET_PATHS) {
    const names = path.split('.');
    const value = valueAt(document, names);
    document = without(document, names);
    if (value === null) {
      if (secrets[path] !== undefined) changed.push(path);
      delete secrets[path];
    } else if (typeof value === 'string' && value !== '' && !MASK.test(value) && value !== secrets[path]) {
      secrets[path] = value;
      changed.push(path);
    }
  }
  return { document, secrets, changed };
}

export function storedSecrets(text: string): Secrets {
  const parsed = parseDocument(text);
  const secrets: Partial<Record<SecretPath, string>> = {};
  for (const path of SECRET_PATHS) {
    const value = parsed[path];
    if (typeof value === 'string') secrets[path] = value;
  }
  return secrets;
}

function valueAt(document: JsonObject, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) return undefined;
  const value = ownMember(document, first);
  if (rest.length === 0) return value;
  return isJsonObject(value) ? valueAt(value, rest) : undefined;
}

function without(document: JsonObject, [first, ...rest]: readonly string[]): JsonObject {
  if (first === undefined || !Object.hasOwn(document, first)) return document;
  if (rest.length === 0)
    return Object.fromEntries(Object.entries(document).filter(([name]) => name !== first));
  const nested = document[first];
  if (!isJsonObject(nested)) return document;
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, name === first ? without(nested, rest) : value]),
  );
}
