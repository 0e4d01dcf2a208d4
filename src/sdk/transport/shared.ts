import { Transport } from './transport.js';

const transports = new Map<string, Transport>();

/** One transport per base URL for the whole process: sessions are cheap, connections are not. */
export function sharedTransport(baseUrl: string): Transport {
  let transport = transports.get(baseUrl);
  if (transport === undefined) {
    transport = new Transport(baseUrl);
    transports.set(baseUrl, transport);
  }
  return transport;
}
