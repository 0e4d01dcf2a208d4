import type { Column, Row, View } from '../../output/index.js';
import type { ClientId } from './clients.js';

/** Whether a server's calls are decided first. */
type ServerState =
  /** Wrapped as it should be. */
  | 'governed'
  /** Wrapped, but differently from what was asked for. */
  | 'drifted'
  | 'ungoverned'
  /** Reached by URL in a way that cannot be governed here. */
  | 'remote';

export interface ServerReport {
  readonly name: string;
  readonly state: ServerState;
  /** Why it is not governed, or in what it drifted. */
  readonly detail?: string;
}

export interface FileReport {
  readonly path: string;
  readonly client: ClientId | 'file';
  readonly changed: boolean;
  readonly backup?: string;
  readonly servers: readonly ServerReport[];
}

const COLUMNS: readonly Column[] = [
  { key: 'client', header: 'CLIENT' },
  { key: 'server', header: 'SERVER', kind: 'id' },
  { key: 'state', header: 'STATE', kind: 'state' },
  { key: 'detail', header: 'DETAIL' },
  { key: 'path', header: 'FILE', kind: 'id' },
];

export function reportRows(files: readonly FileReport[]): Row[] {
  return files.flatMap(({ path, client, servers }) =>
    servers.map(({ name, state, detail }) => ({ client, server: name, state, detail: detail ?? '', path })),
  );
}

export function reportView(files: readonly FileReport[]): View {
  return {
    kind: 'table',
    columns: COLUMNS,
    rows: reportRows(files),
    empty: 'No MCP servers are configured.',
  };
}
