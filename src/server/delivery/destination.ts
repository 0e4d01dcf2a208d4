import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';

/** Where a request goes: the URL, and the one address its host was resolved to and checked by. */
export interface Destination {
  readonly url: URL;
  readonly address: string;
  readonly family: 4 | 6;
}

/** A delivery that failed or was refused; the text is told to the tenant. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Resolves and judges a destination a tenant has configured. The server stands inside somebody's network: what it may
 * reach there must not become reachable through a webhook. The connection goes to the address checked here, so that a
 * second DNS answer cannot lead elsewhere.
 */
export async function resolveDestination(text: string, allowPrivate: boolean): Promise<Destination> {
  if (!URL.canParse(text)) throw new DeliveryFailure('url_invalid', 'the destination is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) {
    throw new DeliveryFailure('url_not_https', 'the destination must be an https URL');
  }
  if (url.username !== '' || url.password !== '') {
    throw new DeliveryFailure(
      'url_with_credentials',
      'the destination must not carry credentials in its URL',
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await resolveName(host) : [host];
  // All answers must be public: one private address among them is how a rebinding name looks.
  if (!allowPrivate && !addresses.every(isPublicAddress)) {
    throw new DeliveryFailure(
      'destination_not_public',
      'the destination resolves to a private, loopback or reserved address; the server delivers there only when started with --allow-private-delivery',
    );
  }
  const address = addresses[0];
  if (address === undefined)
    throw new DeliveryFailure('destination_unknown', `the host ${host} has no address`);
  return { url, address, family: isIP(address) === 6 ? 6 : 4 };
}

async function resolveName(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true, verbatim: true })).map((entry) => entry.address);
  } catch {
    throw new DeliveryFailure('destination_unknown', `the host ${host} cannot be resolved`);
  }
}
