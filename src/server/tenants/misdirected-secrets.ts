import { destinationAddress, type DestinationName } from '../delivery/switched-on.js';
import { HttpError } from '../http/port.js';
import type { JsonObject } from './json-documents.js';
import type { SecretPath, Secrets } from './settings-secrets.js';

interface SentSecret {
  readonly secret: SecretPath;
  readonly destination: DestinationName;
  /** Member with the address. */
  readonly address: string;
}

/**
 * Secrets that are sent, with where to; all others only sign or verify and never leave. That of the SIEM is a token for
 * Splunk and a key elsewhere: its provider can be changed later, so it counts as sent whatever that is now.
 */
const SENT: readonly SentSecret[] = [
  { secret: 'siem.webhook.secret', destination: 'siem', address: 'siem.webhook.url' },
  { secret: 'pam.request_auth_token', destination: 'pam', address: 'pam.request_url' },
];

interface Wanted {
  readonly document: JsonObject;
  readonly secrets: Secrets;
  /** Secrets in the request itself. */
  readonly given: ReadonlySet<SecretPath>;
}

/**
 * Throws 400 `secret_required` when a kept secret would go to a host it was not given for: whoever may write could else
 * read what nobody may read. Switched off or not makes no difference, and neither does a detour over no address at all.
 */
export function refuseMisdirected(before: JsonObject, { document, secrets, given }: Wanted): void {
  const misdirected = SENT.filter(({ secret, destination }) => {
    if (secrets[secret] === undefined || given.has(secret)) return false;
    const origin = originOf(document, destination);
    return origin !== undefined && origin !== originOf(before, destination);
  });
  const [first] = misdirected;
  if (first === undefined) return;
  const members = misdirected.map(({ secret }) => secret);
  const leads = misdirected.length === 1 ? 'leads' : 'lead';
  throw new HttpError(
    400,
    'secret_required',
    `${misdirected.map(({ address }) => address).join(' and ')} ${leads} to another host than the stored secret was given for: give ${members.join(' and ')} again in the same write, or null to clear`,
    { members },
  );
}

function originOf(document: JsonObject, destination: DestinationName): string | undefined {
  const address = destinationAddress(document, destination);
  return address !== undefined && URL.canParse(address) ? new URL(address).origin : undefined;
}
