import { isJsonObject, objectMember, ownMember, parseDocument, type JsonObject } from './json-documents.js';

/** Write-only members of the settings: kept apart from the document, so that no read can return them. */
const SECRET_PATHS = [
  'webhook.secret',
  'siem.webhook.secret',
  'pam.callback_secret',
  'pam.request_secret',
  'pam.request_auth_token',
] as const;
export type SecretPath = (typeof SECRET_PATHS)[number];
export type Secrets = Readonly<Partial<Record<SecretPath, string>>>;

/** Replaced secrets that are still good until an instant in milliseconds. */
export type FormerSecrets = Readonly<
  Partial<Record<SecretPath, { readonly secret: string; readonly until: number }>>
>;

/** Long enough to change the other end by hand. Clearing a secret first ends it at once. */
const OVERLAP_MS = 24 * 3_600_000;
/** Member of the stored secrets beside the paths. */
const FORMER = 'former';

const MASK = /^[*\u2022\u25cf\u2217\u00b7xX]{3,}$/;

export interface Split {
  /** The written document without any secret member. */
  readonly document: JsonObject;
  readonly secrets: Secrets;
  readonly changed: readonly SecretPath[];
  /** Those the document really holds, changed or not. */
  readonly given: ReadonlySet<SecretPath>;
}

/**
 * Takes the secrets out of a written document. Clients PUT documents without the secrets they could not read, so a
 * missing one keeps what is stored; null clears; an empty text or a mask counts as missing.
 */
export function splitSecrets(written: JsonObject, stored: Secrets): Split {
  const secrets: Partial<Record<SecretPath, string>> = { ...stored };
  const changed: SecretPath[] = [];
  const given = new Set<SecretPath>();
  let document = written;
  for (const path of SECRET_PATHS) {
    const names = path.split('.');
    const value = valueAt(document, names);
    document = without(document, names);
    if (value === null) {
      if (secrets[path] !== undefined) changed.push(path);
      delete secrets[path];
    } else if (typeof value === 'string' && value !== '' && !MASK.test(value)) {
      given.add(path);
      if (value !== secrets[path]) changed.push(path);
      secrets[path] = value;
    }
  }
  return { document, secrets, changed, given };
}

/** What becomes of replaced secrets: a signature made with the one before stays good for the overlap. */
export function formerSecrets(
  before: { readonly secrets: Secrets; readonly formerSecrets: FormerSecrets },
  after: Secrets,
  now: number,
): FormerSecrets {
  const former: Partial<Record<SecretPath, { secret: string; until: number }>> = {};
  for (const path of SECRET_PATHS) {
    const replaced = before.secrets[path];
    const older = before.formerSecrets[path];
    if (after[path] === undefined) continue;
    if (replaced !== undefined && replaced !== after[path]) {
      former[path] = { secret: replaced, until: now + OVERLAP_MS };
    } else if (older !== undefined && older.until > now) former[path] = older;
  }
  return former;
}

/** Secrets that are good now: the present one first, then the one it replaced. */
export function secretsInForce(
  state: { readonly secrets: Secrets; readonly formerSecrets: FormerSecrets },
  path: SecretPath,
  now: number,
): readonly string[] {
  const present = state.secrets[path];
  if (present === undefined) return [];
  const former = state.formerSecrets[path];
  return former !== undefined && former.until > now ? [present, former.secret] : [present];
}

/** The column as it is written. */
export function secretsText(secrets: Secrets, former: FormerSecrets): string {
  return JSON.stringify({ ...secrets, ...(Object.keys(former).length === 0 ? {} : { [FORMER]: former }) });
}

export function storedFormerSecrets(text: string): FormerSecrets {
  const stored = objectMember(parseDocument(text), FORMER);
  const former: Partial<Record<SecretPath, { secret: string; until: number }>> = {};
  for (const path of SECRET_PATHS) {
    const { secret, until } = objectMember(stored, path);
    if (typeof secret === 'string' && typeof until === 'number') former[path] = { secret, until };
  }
  return former;
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
