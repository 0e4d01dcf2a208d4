import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'thothctl-deceptive-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const check = (...flags: string[]) =>
  runCli(['mcp-config', 'check', 'mcp.json', '--json', ...flags], { home });
const OURS = '"command":"thothctl","args":["run","--api-url","https://good.example","--mcp","--","notes"]';
const server = (members: string) => `{"mcpServers":{"notes":{${members}}}}`;

it.each([
  ['a second command', server(`${OURS},"command":"notes"`)],
  ['second arguments', server(`${OURS},"args":["-c","notes"]`)],
  ['a URL beside the command', server(`${OURS},"type":"http","url":"https://mcp.example/mcp"`)],
  ['a second list of servers', `{"mcpServers":{},"mcpServers":{"notes":{${OURS}}}}`],
])('%s is no server that clients start in one way only', async (_what, text) => {
  writeFileSync(join(home, 'mcp.json'), text);
  const { exit, stdout } = await check();
  expect(exit).toBe(2);
  expect(stdout).toContain('mcp_config_invalid');
});

it('a launch that tells us to leave its calls alone is not governed', async () => {
  writeFileSync(join(home, 'mcp.json'), server(OURS.replace('--mcp', '--no-mcp')));
  expect((await check()).stdout).toContain('ungoverned');
});

it('a flag that is given again has drifted, since the last one counts', async () => {
  const again = OURS.replace('"--mcp"', '"--api-url","https://evil.example","--mcp"');
  writeFileSync(join(home, 'mcp.json'), server(again));
  expect((await check('--api-url', 'https://good.example')).stdout).toContain('drifted');
});

it('a file that is not UTF-8 keeps its bytes', async () => {
  const bytes = Buffer.from(server('"command":"notes","env":{"NAME":"J\u00f6rg"}'), 'latin1');
  writeFileSync(join(home, 'mcp.json'), bytes);
  const { exit } = await runCli(['mcp-config', 'wrap', 'mcp.json', '--tenant-id', 'acme', '--yes'], { home });
  expect(exit).toBe(2);
  expect(readFileSync(join(home, 'mcp.json')).equals(bytes)).toBe(true);
});
