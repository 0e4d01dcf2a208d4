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

/** Ids of the API keys that gave secrets. Those that an admin or the server gave, or nobody knows who, are not among them. */
type SecretGivers = Readonly<Partial<Record<SecretPath, string>>>;

interface FormerSecret {
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly givenBy: string | null;
}

/** Replaced secrets that are still good for a while. */
type FormerSecrets = Readonly<Partial<Record<SecretPath, FormerSecret>>>;

/** Of a tenant's settings, all that is known of its secrets. */
export interface KeptSecrets {
  readonly secrets: Secrets;
  readonly formerSecrets: FormerSecrets;
  readonly secretGivers: SecretGivers;
}

/** Long enough to change the other end by hand. Clearing a secret first ends it at once. */
const OVERLAP_MS = 24 * 3_600_000;
/** Members of the stored secrets beside the paths. */
const FORMER = 'former';
const GIVEN_BY = 'given_by';

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

/**
 * What is kept after a write, by `giver`, the id of an API key or null. A signature made with a replaced secret stays good
 * for the overlap.
 */
export function keptSecrets(
  before: KeptSecrets,
  { secrets, changed }: Pick<Split, 'secrets' | 'changed'>,
  giver: string | null,
  now: number,
): KeptSecrets {
  const former: Partial<Record<SecretPath, FormerSecret>> = {};
  const givers: Partial<Record<SecretPath, string>> = {};
  for (const path of SECRET_PATHS) {
    if (secrets[path] === undefined) continue;
    const replaced = before.secrets[path];
    const older = before.formerSecrets[path];
    const givenBy = before.secretGivers[path] ?? null;
    const isNew = changed.includes(path);
    if (isNew && replaced !== undefined)
      former[path] = { secret: replaced, until: now + OVERLAP_MS, givenBy };
    else if (older !== undefined && older.until > now) former[path] = older;
    const present = isNew ? giver : givenBy;
    if (present !== null) givers[path] = present;
  }
  return { secrets, formerSecrets: former, secretGivers: givers };
}

/** Secrets that are good now: the present one first, then the one it replaced. */
export function secretsInForce(state: KeptSecrets, path: SecretPath, now: number): readonly string[] {
  return signersInForce(state, path, now).map(({ secret }) => secret);
}

/** The same, each with the id of the API key that gave it. */
export function signersInForce(
  state: KeptSecrets,
  path: SecretPath,
  now: number,
): readonly Pick<FormerSecret, 'secret' | 'givenBy'>[] {
  const secret = state.secrets[path];
  if (secret === undefined) return [];
  const present = { secret, givenBy: state.secretGivers[path] ?? null };
  const former = state.formerSecrets[path];
  return former !== undefined && former.until > now ? [present, former] : [present];
}

/** The column as it is written. */
export function secretsText({ secrets, formerSecrets, secretGivers }: KeptSecrets): string {
  return JSON.stringify({
    ...secrets,
    ...(Object.keys(formerSecrets).length === 0 ? {} : { [FORMER]: formerSecrets }),
    ...(Object.keys(secretGivers).length === 0 ? {} : { [GIVEN_BY]: secretGivers }),
  });
}

/** The column as it was written, by this release or one before. */
export function storedSecrets(text: string): KeptSecrets {
  const parsed = parseDocument(text);
  const secrets: Partial<Record<SecretPath, string>> = {};
  const former: Partial<Record<SecretPath, FormerSecret>> = {};
  const givers: Partial<Record<SecretPath, string>> = {};
  for (const path of SECRET_PATHS) {
    const value = parsed[path];
    if (typeof value === 'string') secrets[path] = value;
    const giver = objectMember(parsed, GIVEN_BY)[path];
    if (typeof giver === 'string') givers[path] = giver;
    const { secret, until, givenBy } = objectMember(objectMember(parsed, FORMER), path);
    if (typeof secret === 'string' && typeof until === 'number') {
      former[path] = { secret, until, givenBy: typeof givenBy === 'string' ? givenBy : null };
    }
  }
  return { secrets, formerSecrets: former, secretGivers: givers };
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
