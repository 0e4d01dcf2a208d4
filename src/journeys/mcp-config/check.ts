import type { Launch, ServerEntry } from './document.js';
import { readWrapped } from './launch.js';
import type { FileReport, ServerReport } from './report.js';
import { readTargets, type Selection } from './targets.js';

/** Flags of `run` a wrapped server must carry, by name. */
export type Expected = ReadonlyMap<string, string>;

/** Which servers of the selection are decided first. With expectations, one wrapped in another way has drifted. */
export async function checkConfigs(selection: Selection, expected: Expected): Promise<FileReport[]> {
  return (await readTargets(selection)).map(({ path, client, document }) => ({
    path,
    client,
    changed: false,
    servers: document.servers.map((entry) => stateOf(entry, launchOf(entry), expected)),
  }));
}

export function launchOf({ command, args }: ServerEntry): Launch | undefined {
  return command === undefined ? undefined : { command, args };
}

/** State of a server that is started in this way, or is reached by URL. */
export function stateOf(
  { name, remote }: ServerEntry,
  launch: Launch | undefined,
  expected: Expected = new Map(),
): ServerReport {
  if (launch === undefined) {
    if (remote === undefined) return { name, state: 'remote', detail: 'neither a command nor a URL' };
    return remote.obstacle === undefined
      ? { name, state: 'ungoverned', detail: 'reached by URL, its calls are not decided' }
      : { name, state: 'remote', detail: remote.obstacle };
  }
  const wrapped = readWrapped(launch);
  if (wrapped === undefined || wrapped.flags.has('no-mcp'))
    return { name, state: 'ungoverned', detail: 'its calls are not decided' };
  const wrong = [...expected]
    // Given again, the last one would count.
    .filter(([flag, value]) => (wrapped.flags.get(flag) ?? ['']).some((said) => said !== value))
    .map(([flag]) => `--${flag}`);
  if (wrong.length > 0) return { name, state: 'drifted', detail: `${wrong.join(', ')} differs` };
  return { name, state: 'governed' };
}
