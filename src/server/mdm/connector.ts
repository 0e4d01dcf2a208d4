import type { DeviceReading } from './device.js';

/** A sync that cannot go on; the text becomes the job's error, says what to mend, and must not hold a secret. */
export class SyncFailure extends Error {
  override readonly name = 'SyncFailure';
  constructor(
    message: string,
    /** The vendor does not know the position asked for: after a pause that can mean only that it has expired. */
    readonly unknownPosition = false,
  ) {
    super(message);
  }
}

/** Text members of a provider, secrets included, in the names of its configuration. */
export type ConnectorConfig = Readonly<Record<string, string>>;

/** How requests for the inventory prove who asks. */
type Authentication =
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'none' }
  /** OAuth 2.0 client credentials: the token is fetched from `url`, and fetched again before it expires. */
  | { readonly kind: 'client_credentials'; readonly url: string; readonly form: ConnectorConfig };

export interface InventoryPage {
  readonly rows: readonly unknown[];
  /** Where to go on; undefined after the last page. */
  readonly next?: string | undefined;
  /** Devices in the whole inventory, where the vendor tells. */
  readonly total?: number | undefined;
}

/** The inventory of one configured provider. Pure: addresses in, replies read; who sends is none of its business. */
export interface InventorySource {
  readonly authentication: Authentication;
  readonly headers: Readonly<Record<string, string>>;
  /** Address of the page at a position of an earlier page; undefined is the first page. Throws `SyncFailure`. */
  pageUrl(position: string | undefined): string;
  /** `seen` counts the rows of the pages before this one. Throws `SyncFailure` for what is not an inventory. */
  readPage(body: unknown, position: string | undefined, seen: number): InventoryPage;
  readDevice(row: unknown): DeviceReading;
}

/** What to look at when the vendor says no. */
export interface Advice {
  readonly signIn: string;
  readonly permission: string;
  readonly address: string;
}

/** One vendor. */
export interface MdmConnector {
  /** Name of the product, for people. */
  readonly product: string;
  readonly advice: Advice;
  /** Configuration members without which a sync cannot start. */
  missing(config: ConnectorConfig): readonly string[];
  /** Only for a configuration that misses nothing. */
  source(config: ConnectorConfig): InventorySource;
}

export function lacking(config: ConnectorConfig, names: readonly string[]): readonly string[] {
  return names.filter((name) => config[name] === undefined);
}

export function member(config: ConnectorConfig, name: string): string {
  const value = config[name];
  if (value === undefined) throw new SyncFailure(`the configuration lacks ${name}`);
  return value;
}

/** Joins a path to a configured base, whose own path stays. */
export function under(base: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  if (!URL.canParse(base))
    throw new SyncFailure('the configured address is not a URL: mend the configuration');
  const search = new URLSearchParams(query).toString();
  return `${base.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`;
}

/** The credentials go with every page: a link to another origin would hand them out. */
export function sameOrigin(link: string, base: string): string {
  const url = URL.canParse(link, base) ? new URL(link, base) : undefined;
  if (url === undefined || url.origin !== new URL(base).origin) {
    throw new SyncFailure('the next page is on another host; pages are only read from the configured one');
  }
  return url.href;
}
