import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
const file = (name: string) => join(plane.home, name);
const chainHead = async () => (await plane.json('evidence', 'head'))['chain_index'];

beforeAll(async () => {
  plane = await LocalPlane.start();
  await plane.json('settings', 'set', '--set', 'shadow_policy.low=allow');
  await writeFile(file('bad.json'), '{"shadow_policy":\n  {"low": }}\n');
  await writeFile(file('bad.yaml'), 'shadow_policy:\n  low: [allow\n');
  await writeFile(
    file('types.rego'),
    'package thoth\n\nimport rego.v1\n\ndeny contains "no" if {\n\tinput.tool == "rm"\n}\n',
  );
  await writeFile(file('broken.cedar'), 'forbid (principal, action resource);\n');
});
afterAll(() => plane.remove());

describe('bad input names its place and the way out, and changes nothing', () => {
  const table: readonly [what: string, args: (at: typeof file) => string[], exit: number, told: RegExp][] = [
    [
      'settings that end in .json and are none',
      (at) => ['settings', 'set', '--file', at('bad.json')],
      2,
      /bad\.json:2:11: not valid JSON/,
    ],
    [
      'an older MCP server before a client on HTTP',
      () => ['run', '--older-server', '--listen', '127.0.0.1:0', '--', 'true'],
      2,
      /--listen.* cannot also be provided when using --older-server/,
    ],
    [
      'an older MCP server before an agent',
      () => ['run', '--older-server', '--mcp-http', 'http://127.0.0.1:9/', '--agent-id', 'a', '--', 'true'],
      2,
      /--older-server is for a client on stdio/,
    ],
    ['settings in broken YAML', (at) => ['settings', 'set', '--file', at('bad.yaml')], 2, /bad\.yaml:3:1: /],
    [
      'a broken request body',
      (at) => ['api', 'put', '/local/thoth/settings', '--input', at('bad.json')],
      2,
      /bad\.json:2:11: not valid JSON/,
    ],
    [
      'a broken MDM configuration',
      (at) => ['mdm', 'upsert', 'jamf', '--config-file', at('bad.json')],
      2,
      /bad\.json:2:11: not valid JSON/,
    ],
    [
      'a broken seed',
      (at) => ['server', 'start', '--port', '0', '--data', at('new'), '--seed', at('bad.yaml')],
      2,
      /bad\.yaml:3:1: Flow sequence/,
    ],
    [
      'Cedar that does not parse',
      (at) => ['policy', 'push', at('broken.cedar')],
      2,
      /broken\.cedar:1:27: error: [\s\S]*forbid \(principal, action resource\);/,
    ],
    [
      'Rego that compares a member with the wrong type',
      (at) => ['policy', 'lint', at('types.rego')],
      2,
      /types\.rego:6:2: error: match error[\s\S]*input\.tool\.name/,
    ],
    [
      'a URL where a path belongs',
      () => ['api', 'GET', 'https://elsewhere.example/x'],
      2,
      /is a URL; a path[^]*Next: leave out scheme and host/,
    ],
    [
      'a body for a read',
      (at) => ['api', 'get', 'fleets', '--input', at('bad.json')],
      2,
      /GET sends no body[^]*--param/,
    ],
    ['a method the path does not take', () => ['api', 'PATCH', 'fleets'], 2, /Next: .*other methods/],
    [
      'a number out of range',
      () => ['fleets', 'create', 'x', '--rollout-pct', '130'],
      2,
      /--rollout-pct expects an integer .* 100, not 130\n/,
    ],
    [
      'required flags left out',
      () => ['exceptions', 'request', '--violation-id', 'v', '--requested-by', 'a', '--justification', 'j'],
      2,
      /Missing required flag --data-sensitivity\n\s*Missing required flag --frequency\n/,
    ],
    [
      'a value the contract refuses',
      () => ['billing', 'credit-bank', '--as-of', 'yesterday'],
      2,
      /Error: --as-of: not an RFC 3339 time\.\n {2}Next: Nothing was sent/,
    ],
    [
      'an empty value',
      () => ['endpoints', 'register', 'x', '--hostname', ''],
      2,
      /Error: --hostname: must not be empty/,
    ],
    ['a position that is none', () => ['violations', 'tail', '--from', 'x'], 2, /--from "x" is no position/],
    ['a webhook nobody set up', () => ['webhooks', 'test'], 2, /Next: /],
    [
      'a key that is not there',
      () => ['api-keys', 'show', 'key_none'],
      6,
      /Next: .*`thothctl api-keys list`/,
    ],
    ['a run of nobody', () => ['run', '--', 'true'], 125, /agentId is missing[\s\S]*--agent-id/],
  ];

  it.each(table)('%s', async (_what, args, exit, told) => {
    const before = await chainHead();
    const result = await plane.run(args(file));
    expect(result.stdout + result.stderr).toMatch(told);
    expect(result.exit).toBe(exit);
    expect(await chainHead()).toBe(before);
  });
});

describe('--dry-run of what changes this machine or signs in', () => {
  it.each([
    [
      ['auth', 'login', '--admin-email', 'ops@example.com', '--dry-run'],
      { would_sign_in: 'ops@example.com' },
    ],
    [['context', 'use', 'local', '--dry-run'], { would_use: { name: 'local' } }],
    [['tenants', 'create', 'other', '--dry-run'], { would_create: 'other' }],
  ])('%j', async (args, planned) => {
    const before = await chainHead();
    expect(await plane.json(...args)).toMatchObject({ dry_run: true, ...planned });
    expect(await chainHead()).toBe(before);
  });
});

it('shows settings by the paths that change them', async () => {
  const { stdout } = await plane.run(['settings', 'get']);
  expect(stdout).toMatch(/^shadow_policy\.low +allow$/mu);
  expect(stdout).not.toContain('{');
});
