import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assetFolder } from '../../chunk.js';
import { isJsonObject } from '../../sdk/vocabulary.js';
import type { Launch } from '../mcp-config/document.js';
import type { Wrapped } from '../mcp-config/launch.js';

/** What the witness saw of a server. */
export interface Testimony {
  /** The proxy started what stands behind it. */
  readonly reached: boolean;
  /** System code when the server's program could not be started. */
  readonly notStarted: string | undefined;
  /** How the server ended: `code 1`, `SIGKILL`; undefined while it runs. */
  readonly ended: string | undefined;
  readonly sawCanary: boolean;
  /** Process group of the server. */
  readonly group: number | undefined;
}

/**
 * The launch as it is configured, with the witness as the last thing before the server. Before a server reached by URL there
 * is no place for one: only the answer can tell then.
 */
export function withWitness(launch: Launch, { original }: Wrapped, report: string, canary: string): Launch {
  if (original === undefined) return launch;
  const head = launch.args.slice(0, launch.args.length - original.args.length - 1);
  const witness = [process.execPath, join(assetFolder(), 'journeys/mcp-protection/witness.mjs')];
  return {
    command: launch.command,
    args: [...head, ...witness, report, canary, original.command, ...original.args],
  };
}

export async function testimony(report: string): Promise<Testimony> {
  const text = await readFile(report, 'utf8').catch(() => '');
  const facts = text.split('\n').flatMap((line) => {
    const fact: unknown = line === '' ? undefined : JSON.parse(line);
    return isJsonObject(fact) ? [fact] : [];
  });
  const find = (name: string) => facts.find(({ fact }) => fact === name);
  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const group = find('reached')?.['group'];
  return {
    reached: find('reached') !== undefined,
    notStarted: textOf(find('not_started')?.['code']),
    ended: textOf(find('ended')?.['how']),
    sawCanary: find('canary') !== undefined,
    group: typeof group === 'number' ? group : undefined,
  };
}
