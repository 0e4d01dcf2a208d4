import type { View } from '../../output/port.js';
import type { ServerEntry } from '../mcp-config/document.js';
import { launchOf } from '../mcp-config/check.js';
import { readWrapped } from '../mcp-config/launch.js';
import { OLDER_TRANSPORT } from '../mcp-config/remote.js';
import { readTargets, type Selection, type Target } from '../mcp-config/targets.js';
import { inParallel } from '../../policy/in-parallel.js';
import { probe, type Probed } from './probe.js';
import type { Protection } from './verdict.js';

/** Servers looked at together; each is two or three processes. */
const AT_ONCE = 4;

interface ServerProtection extends Probed {
  readonly server: string;
  readonly client: Target['client'];
  readonly path: string;
}

export interface ProtectionReport {
  /** True when every server was seen to be protected. */
  readonly protected: boolean;
  readonly servers: readonly ServerProtection[];
}

export interface ProtectionOptions {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** Looks at every configured MCP server of the selection. @throws ThothctlError as `readTargets` does */
export async function examineProtection(
  selection: Selection,
  options: ProtectionOptions,
): Promise<ProtectionReport> {
  const found = (await readTargets(selection)).flatMap((target) =>
    target.document.servers.map((entry) => ({ target, entry })),
  );
  const servers: ServerProtection[] = [];
  await inParallel([...found.entries()], AT_ONCE, async ([index, { target, entry }]) => {
    const { client, path } = target;
    const seen = await examine(entry, target, selection, options);
    servers[index] = { server: entry.name, client, path, ...seen };
  });
  return { protected: servers.every(({ state }) => state === 'protected'), servers };
}

function examine(
  entry: ServerEntry,
  { client, path, project }: Target,
  { env }: Selection,
  options: ProtectionOptions,
): Promise<Probed> | Probed {
  const launch = launchOf(entry);
  const obstacle = entry.remote?.obstacle;
  if (launch === undefined && obstacle !== undefined) {
    return {
      state: 'unknown',
      result: `reached by URL: ${obstacle}`,
      fix: remoteFix(obstacle),
    };
  }
  const wrapped = launch && readWrapped(launch);
  if (launch === undefined || wrapped === undefined) {
    return {
      state: 'unprotected',
      result: 'it is not reached through thothctl, so no call to it is decided',
      fix: `thothctl mcp-config wrap ${client === 'file' || project !== undefined ? path : `--client ${client}`}`,
    };
  }
  return probe(entry, launch, wrapped, { client, env, project, ...options });
}

function remoteFix(obstacle: string): string {
  const behind = 'keep its calls behind an agent that runs under `thothctl run`';
  return obstacle === OLDER_TRANSPORT
    ? `give the URL where it speaks streamable HTTP, if it has one, or ${behind}`
    : `give it a credential of its own with \`thothctl run --mcp-http URL --header …\`, or ${behind}`;
}

export function protectionExit({ servers }: ProtectionReport): 'ok' | 'checkFailed' | 'checkIncomplete' {
  const has = (wanted: Protection): boolean => servers.some(({ state }) => state === wanted);
  if (has('unprotected')) return 'checkFailed';
  return has('unknown') ? 'checkIncomplete' : 'ok';
}

export function protectionView({ servers }: ProtectionReport): View {
  return {
    kind: 'table',
    columns: [
      { key: 'client', header: 'CLIENT' },
      { key: 'server', header: 'SERVER', kind: 'id' },
      { key: 'state', header: 'STATE', kind: 'state' },
      { key: 'tools', header: 'TOOLS', kind: 'number' },
      { key: 'result', header: 'RESULT' },
      { key: 'fix', header: 'FIX' },
      { key: 'path', header: 'FILE', kind: 'id' },
    ],
    rows: servers.map((server) => ({ ...server })),
    empty: 'No MCP servers are configured.',
  };
}
