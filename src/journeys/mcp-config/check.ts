import { readWrapped } from './launch.js';
import type { FileReport, ServerReport } from './report.js';
import { readTargets, type Selection } from './targets.js';
import type { ServerEntry } from './document.js';

/** Flags of `run` a wrapped server must carry, by name. */
export type Expected = ReadonlyMap<string, string>;

/** Which servers of the selection are decided first. With expectations, one wrapped in another way has drifted. */
export async function checkConfigs(selection: Selection, expected: Expected): Promise<FileReport[]> {
  return (await readTargets(selection)).map(({ path, client, document }) => ({
    path,
    client,
    changed: false,
    servers: document.servers.map((entry) => examine(entry, expected)),
  }));
}

function examine({ name, command, args }: ServerEntry, expected: Expected): ServerReport {
  if (command === undefined)
    return { name, state: 'remote', detail: 'reached by URL, there is no command to wrap' };
  const wrapped = readWrapped({ command, args });
  if (wrapped === undefined) return { name, state: 'ungoverned', detail: 'its calls are not decided' };
  const wrong = [...expected]
    .filter(([flag, value]) => wrapped.flags.get(flag)?.includes(value) !== true)
    .map(([flag]) => `--${flag}`);
  if (wrong.length > 0) return { name, state: 'drifted', detail: `${wrong.join(', ')} differs` };
  return { name, state: 'governed' };
}
