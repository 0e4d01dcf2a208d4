import type { ScannedMessage } from '../mcp/json-scan.js';

/** The two sides of a bridge between revisions. What leaves for the client is judged and accounted on its way, as any other. */
export interface Sides {
  toServer(line: Buffer | string): void;
  toClient(line: Buffer | string): void;
}

/** Makes a client and a server understand each other that speak different revisions. Each takes whole lines. */
export interface Translation {
  /** A message of the client that may go to the server: calls among them have been decided. */
  fromClient(line: Buffer): void;
  fromServer(line: Buffer, scanned: ScannedMessage): void;
}
