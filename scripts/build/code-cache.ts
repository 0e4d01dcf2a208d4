import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the client of a governed MCP server says. */
const MCP_CLIENT = [
  { method: 'initialize', id: 1, params: {} },
  { method: 'notifications/initialized' },
  { method: 'tools/list', id: 2 },
  { method: 'tools/call', id: 3, params: { name: 'echo', arguments: { message: 'hello' } } },
];

/** Writes the V8 code caches of the Node that builds, from a process of its own with a home of its own. */
export function writeCodeCaches(root: string): void {
  const home = mkdtempSync(join(tmpdir(), 'thothctl-build-'));
  const { PATH } = process.env;
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build/warm.cjs')], {
    env: { PATH, HOME: home, THOTHCTL_CREDENTIAL_STORE: 'file' },
    input: MCP_CLIENT.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join(''),
    stdio: ['pipe', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 20_000,
  });
  rmSync(home, { recursive: true, force: true });
  if (stderr) process.stderr.write(stderr);
  if (status !== 0) process.stderr.write('code caches: not written; start-up will be slower\n');
}
