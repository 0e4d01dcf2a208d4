import { DeliveryFailure } from '../delivery/destination.js';
import type { OutboundReply, OutboundRequest } from '../delivery/outbound-request.js';
import { isJsonObject } from '../tenants/json-documents.js';
import { MAX_ATTEMPTS, MAX_WAIT_MS, retryAfterMs, waitBefore } from './backoff.js';
import { SyncFailure, type InventoryPage, type InventorySource, type MdmConnector } from './connector.js';
import { notJson, refusal, type Asked } from './refusal.js';

export interface SessionPorts {
  /** One checked request: see `sendOutbound`. */
  send(request: OutboundRequest): Promise<OutboundReply>;
  /** Rejects when the server stops. */
  pause(milliseconds: number): Promise<void>;
  now(): number;
  random(): number;
}

export interface VendorSession {
  /** One page of the inventory. Throws `SyncFailure`, or `DeliveryFailure` with code `interrupted`. */
  page(position: string | undefined, seen: number): Promise<InventoryPage>;
}

interface Token {
  readonly value: string;
  /** Milliseconds since the epoch; fetched anew from here on. */
  readonly staleAt: number;
}

/** RFC 6749 only recommends `expires_in`. The 401 of an expired token is the second safeguard. */
const ASSUMED_LIFE_SECONDS = 60;
const MAX_EARLY_MS = 60_000;
/** A network that fails this often in a row is down; a vendor that asks for patience gets more of it. */
const MAX_BROKEN = 3;
const BUSY = new Set([429, 502, 503, 504]);
const BROKEN = new Set(['timeout', 'unreachable', 'destination_unknown']);

/** Speaks to one vendor for one job: signs in, renews the token, waits when told to. */
export function openVendorSession(
  connector: MdmConnector,
  source: InventorySource,
  ports: SessionPorts,
): VendorSession {
  const { authentication } = source;
  const asked = (url: string, what: Asked['what']): Asked => ({
    product: connector.product,
    advice: connector.advice,
    host: URL.canParse(url) ? new URL(url).host : 'the configured address',
    what,
  });
  let token: Token | undefined;

  const patiently = async (request: OutboundRequest, about: Asked): Promise<OutboundReply> => {
    for (let attempt = 1; ; attempt += 1) {
      let askedMs: number | undefined;
      try {
        const reply = await ports.send(request);
        if (!BUSY.has(reply.status) || attempt === MAX_ATTEMPTS) return reply;
        askedMs = retryAfterMs(reply.headers['retry-after'], ports.now());
        if (askedMs !== undefined && askedMs > MAX_WAIT_MS) throw tooLong(about, reply.status, askedMs);
      } catch (error) {
        if (!(error instanceof DeliveryFailure) || error.code === 'interrupted') throw error;
        if (!BROKEN.has(error.code) || attempt >= MAX_BROKEN) throw unreachable(about, error);
      }
      await ports.pause(waitBefore(attempt, askedMs, ports.random));
    }
  };

  const signIn = async (url: string, form: Readonly<Record<string, string>>): Promise<Token> => {
    const about = asked(url, 'sign-in');
    const reply = await patiently(
      {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
      },
      about,
    );
    const body = success(reply, about);
    const value = isJsonObject(body) ? body['access_token'] : undefined;
    if (typeof value !== 'string' || value === '') {
      throw new SyncFailure(
        `the sign-in answer of ${about.host} has no access_token: ${about.advice.address}`,
      );
    }
    // A header cannot carry everything a JSON text can.
    if (!/^[\x21-\x7e]+$/.test(value))
      throw new SyncFailure(`the access_token of ${about.host} is malformed`);
    const told = isJsonObject(body) ? Number(body['expires_in']) : Number.NaN;
    const lifeMs = (told > 0 ? told : ASSUMED_LIFE_SECONDS) * 1000;
    return { value, staleAt: ports.now() + lifeMs - Math.min(MAX_EARLY_MS, lifeMs / 10) };
  };

  const credentials = async (): Promise<Readonly<Record<string, string>>> => {
    if (authentication.kind === 'none') return {};
    if (authentication.kind === 'header') return { [authentication.name]: authentication.value };
    if (token === undefined || ports.now() >= token.staleAt) {
      token = await signIn(authentication.url, authentication.form);
    }
    return { authorization: `Bearer ${token.value}` };
  };

  const get = async (url: string, about: Asked): Promise<OutboundReply> => {
    const once = async () =>
      patiently({ method: 'GET', url, headers: { ...source.headers, ...(await credentials()) } }, about);
    const reply = await once();
    if (reply.status !== 401 || token === undefined) return reply;
    // The token ended before its time: revoked, or the clocks disagree. A second refusal is meant.
    token = undefined;
    return once();
  };

  return {
    async page(position, seen) {
      const url = source.pageUrl(position);
      const about = asked(url, 'inventory');
      return source.readPage(success(await get(url, about), about), position, seen);
    },
  };
}

/** The parsed body of a success; undefined for one without a body. */
function success(reply: OutboundReply, about: Asked): unknown {
  if (reply.status < 200 || reply.status >= 300) throw refusal(reply, about);
  if (reply.status === 204) return undefined;
  try {
    return JSON.parse(reply.body);
  } catch {
    throw notJson(about);
  }
}

function tooLong(about: Asked, status: number, askedMs: number): SyncFailure {
  return new SyncFailure(
    `${about.product} at ${about.host} answered ${status} and asks to wait ${Math.ceil(askedMs / 1000)} seconds: start the sync again after that`,
  );
}

function unreachable(about: Asked, error: DeliveryFailure): SyncFailure {
  return new SyncFailure(`${about.product} at ${about.host}: ${error.message}; ${about.advice.address}`);
}
