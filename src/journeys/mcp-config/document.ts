import { placeOf } from '../../engine/place.js';
import { ThothctlError } from '../../errors/index.js';
import type { RemoteServer } from './remote.js';

/** One MCP server as a client's configuration starts it. */
export interface ServerEntry {
  readonly name: string;
  /** Names the entry within its file, where two projects may have servers of one name. */
  readonly place: string;
  /** Undefined for a server the client reaches by URL. */
  readonly command: string | undefined;
  readonly args: readonly string[];
  /** Variables the client sets for it, beside what it hands on of its own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Folder the client starts it in; undefined for the client's own. */
  readonly folder?: string | undefined;
  /** How it is reached by URL. */
  readonly remote?: RemoteServer | undefined;
  /** What stands in the file for it: the part that a replacement takes the place of. */
  readonly text: string;
}

/** Text members of an object from a configuration; anything else in it is nothing to a process. */
export function textMembers(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
      typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean'
        ? [[name, String(member)]]
        : [],
    ),
  );
}

/** Program and arguments of a stdio server. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** How an entry becomes another: it is started differently, or its whole text is replaced. */
export type Change = Launch | { readonly text: string };

/** A configuration file opened for editing in place: what is not replaced keeps its bytes. */
export interface ConfigDocument {
  readonly servers: readonly ServerEntry[];
  /** The text with these entries changed, by their places, in one pass over the original. */
  withChanges(changes: ReadonlyMap<string, Change>): string;
}

/** A fault of the file, with place and excerpt. */
export function configFault(path: string, text: string, offset: number, what: string): ThothctlError {
  const { line, column, excerpt } = placeOf(text, offset);
  return new ThothctlError({
    code: 'mcp_config_invalid',
    message: `${path}:${line}:${column}: ${what}`,
    exit: 'usage',
    fix: 'Repair the file; nothing was changed.',
    // The line may hold a credential of a server; only its punctuation is of use here.
    details: {
      line,
      column,
      excerpt: excerpt
        .trim()
        .slice(0, 80)
        .replace(/"(?:[^"\\]|\\.)*"?/g, '"…"'),
    },
  });
}
