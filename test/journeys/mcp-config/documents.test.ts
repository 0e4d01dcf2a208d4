import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigDocument } from '../../../src/journeys/mcp-config/document.js';
import { openJsonDocument } from '../../../src/journeys/mcp-config/json-document.js';
import { readWrapped, sameLaunch, wrap, type Wrapper } from '../../../src/journeys/mcp-config/launch.js';
import { remoteServer } from '../../../src/journeys/mcp-config/remote.js';
import { openTomlDocument } from '../../../src/journeys/mcp-config/toml-document.js';

const wrapper: Wrapper = {
  command: '/usr/bin/node',
  prefix: ['/opt/thothctl/bin/run.cjs'],
  flags: [
    ['tenant-id', 'acme'],
    ['api-key-file', '/home/kim/agent.key'],
  ],
};
const launches = (name: string, command: string, args: readonly string[]) =>
  new Map([[name, wrap(name, { command, args }, wrapper)]]);

/** How the servers of a document are started. */
const startsOf = ({ servers }: ConfigDocument) =>
  servers.map(({ name, command, args, env }) => ({ name, command, args, env }));

const WRAPPED = (name: string, ...original: string[]) => [
  '/opt/thothctl/bin/run.cjs',
  'run',
  '--agent-id',
  name,
  '--tenant-id',
  'acme',
  '--api-key-file',
  '/home/kim/agent.key',
  '--mcp',
  '--',
  ...original,
];

describe('JSON with comments', () => {
  const text = [
    '\ufeff// servers of this machine',
    '{',
    '\t"theme": "dark", /* keep */',
    '\t"mcpServers": {',
    '\t\t"files": { // local files',
    '\t\t\t"command": "npx",',
    '\t\t\t"args": [',
    '\t\t\t\t"-y", // without asking',
    '\t\t\t\t"server-filesystem"',
    '\t\t\t],',
    '\t\t\t"env": {"TOKEN": "t"},',
    '\t\t},',
    '\t\t"bare": {"command": "memory"},',
    '\t\t"web": {"url": "https://mcp.example/"}',
    '\t}',
    '}',
    '',
  ].join('\r\n');
  const open = (of = text) => openJsonDocument('mcp.json', of, [['mcpServers']]);

  it('finds the servers, those without a command too', async () => {
    expect(startsOf(await open())).toEqual([
      { name: 'files', command: 'npx', args: ['-y', 'server-filesystem'], env: { TOKEN: 't' } },
      { name: 'bare', command: 'memory', args: [] },
      { name: 'web', command: undefined, args: [] },
    ]);
  });

  it('changes the launch and nothing else', async () => {
    const after = (await open()).withChanges(launches('files', 'npx', ['-y', 'server-filesystem']));
    const [files] = startsOf(await open(after));
    expect(files).toEqual({
      name: 'files',
      command: '/usr/bin/node',
      args: WRAPPED('files', 'npx', '-y', 'server-filesystem'),
      env: { TOKEN: 't' },
    });
    const lines = text.split('\r\n');
    for (const line of lines.filter((each) => !/npx|"-y"|server-filesystem/.test(each)))
      expect(after).toContain(line);
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('adds the arguments of a server that had none', async () => {
    const after = (await open()).withChanges(launches('bare', 'memory', []));
    expect((await open(after)).servers[1]).toMatchObject({ args: WRAPPED('bare', 'memory') });
    expect(after).toContain('"bare": {"command": "/usr/bin/node", "args": [');
  });

  it.each([
    ['{"mcpServers": {"a": {"command": "x"} "b": 1}}', 'mcp.json:1:39'],
    ['[]', 'mcp.json:1:1'],
    ['{\n  "mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}\n}', 'mcp.json:2:41'],
  ])('refuses %s with its place', async (broken, place) => {
    await expect(open(broken)).rejects.toMatchObject({ code: 'mcp_config_invalid', exit: 'usage' });
    await expect(open(broken)).rejects.toThrow(place);
  });

  it('never shows a value of the file in a fault', async () => {
    const fault = await open('{"mcpServers": {"a": {"env": {"KEY": "sk-hidden"}, }},, }').catch(
      (error: unknown) => error,
    );
    expect(JSON.stringify(fault)).not.toContain('sk-hidden');
    expect(String(fault)).not.toContain('sk-hidden');
  });

  it('understands the older form of Zed and the projects of Claude Code', async () => {
    const zed = await openJsonDocument(
      'settings.json',
      '{"context_servers": {"a": {"command": {"path": "x", "args": ["1"]}}}}',
      [['context_servers']],
    );
    expect(startsOf(zed)).toEqual([{ name: 'a', command: 'x', args: ['1'] }]);
    expect(zed.withChanges(launches('a', 'x', ['1']))).toContain('"path": "/usr/bin/node", "args": ["/opt');
    const code = await openJsonDocument(
      '.claude.json',
      '{"mcpServers":{},"projects":{"/p":{"mcpServers":{"b":{"command":"y"}}}}}',
      [['mcpServers'], ['projects', '*', 'mcpServers']],
    );
    expect(code.servers.map((server) => server.name)).toEqual(['b']);
  });
});

describe('TOML', () => {
  const text = `# Codex
model = "o" # keep

[mcp_servers.files] # local files
command = "npx" # from npm
args = [
  "-y", # without asking
  'server-filesystem',
]
env = { TOKEN = "t" }

[mcp_servers.bare]
command = 'memory'   # nothing more

[mcp_servers]
inline = { command = "x", args = ["1"] }
web.url = "https://mcp.example/"

[other]
command = "not a server"
`;
  const open = (of = text) => openTomlDocument('config.toml', of, 'mcp_servers');

  it('finds tables, inline tables and dotted keys', async () => {
    expect(startsOf(await open())).toEqual([
      { name: 'files', command: 'npx', args: ['-y', 'server-filesystem'], env: { TOKEN: 't' } },
      { name: 'bare', command: 'memory', args: [] },
      { name: 'inline', command: 'x', args: ['1'] },
      { name: 'web', command: undefined, args: [] },
    ]);
  });

  it('changes launches and keeps every comment', async () => {
    const document = await open();
    const all = new Map([
      ...launches('files', 'npx', ['-y', 'server-filesystem']),
      ...launches('bare', 'memory', []),
      ...launches('inline', 'x', ['1']),
    ]);
    const after = document.withChanges(all);
    expect(startsOf(await open(after)).slice(0, 3)).toEqual([
      {
        name: 'files',
        command: '/usr/bin/node',
        args: WRAPPED('files', 'npx', '-y', 'server-filesystem'),
        env: { TOKEN: 't' },
      },
      { name: 'bare', command: '/usr/bin/node', args: WRAPPED('bare', 'memory') },
      { name: 'inline', command: '/usr/bin/node', args: WRAPPED('inline', 'x', '1') },
    ]);
    for (const kept of [
      '# Codex',
      'model = "o" # keep',
      '# local files',
      '# from npm',
      '   # nothing more\n',
      '[other]\ncommand = "not a server"',
    ])
      expect(after).toContain(kept);
  });

  it('refuses a broken file with its place', async () => {
    await expect(open('[mcp_servers.a]\ncommand = npx\n')).rejects.toThrow(/config\.toml:2:\d+: /);
  });
});

describe('a server reached by URL', () => {
  const launch = { command: 'thothctl', args: ['run', '--mcp-http', 'https://mcp.example/'] };

  it('becomes a launch in JSON, and its text puts it back', async () => {
    const text = `{
  "servers": {
    "web": { // of the company
      "type": "http",
      "url": "https://mcp.example/",
      "headers": {
        "Authorization": "Bearer t0ken"
      },
      "disabled": false
    },
    "short": {"url": "https://mcp.example/"}
  }
}`;
    const open = (of: string) => openJsonDocument('mcp.json', of, [['servers']]);
    const document = await open(text);
    expect(document.servers.map(({ remote }) => remote)).toEqual([
      { url: 'https://mcp.example/', headers: { Authorization: 'Bearer t0ken' } },
      { url: 'https://mcp.example/', headers: {} },
    ]);
    const after = document.withChanges(
      new Map([
        ['web', launch],
        ['short', launch],
      ]),
    );
    expect(after).not.toContain('t0ken');
    expect(after).toContain(
      '"web": { // of the company\n      "type": "stdio",\n      "command": "thothctl",',
    );
    expect(after).toContain('"disabled": false');
    expect(startsOf(await open(after))).toEqual([
      { name: 'web', ...launch },
      { name: 'short', ...launch },
    ]);
    const back = new Map(document.servers.map(({ place, text: entry }) => [place, { text: entry }]));
    expect((await open(after)).withChanges(back)).toBe(text);
  });

  it.each([
    '[mcp_servers.web]\n# of the company\nurl = "https://mcp.example/" # here\nenabled = true\n',
    '[mcp_servers]\nweb = { url = "https://mcp.example/", enabled = true }\n',
    '[mcp_servers]\nweb.url = "https://mcp.example/"\n',
  ])('becomes a launch in TOML, and its text puts it back: %j', async (text) => {
    const open = (of: string) => openTomlDocument('config.toml', of, 'mcp_servers');
    const document = await open(text);
    const after = document.withChanges(new Map([['web', launch]]));
    expect(startsOf(await open(after))).toEqual([{ name: 'web', ...launch }]);
    const [entry] = document.servers;
    expect(entry?.remote).toEqual({ url: 'https://mcp.example/', headers: {} });
    const back = (await open(after)).withChanges(new Map([['web', { text: entry?.text ?? '' }]]));
    expect(back).toBe(text);
  });

  it('in two projects of one client is two servers', async () => {
    const document = await openJsonDocument(
      '.claude.json',
      '{"projects":{"/p":{"mcpServers":{"a":{"command":"x"}}},"/q":{"mcpServers":{"a":{"command":"y"}}}}}',
      [['mcpServers'], ['projects', '*', 'mcpServers']],
    );
    const changes = new Map(
      document.servers.map(({ place, command = '' }) => [place, { command, args: ['1'] }]),
    );
    const after = document.withChanges(changes);
    expect(after).toMatch(/"x", "args": \["1"\].*"y", "args": \["1"\]/);
  });

  it.each([
    [{ type: 'sse', url: 'https://a.example/' }, 'HTTP+SSE'],
    [{ url: 'https://a.example/sse' }, 'HTTP+SSE'],
    [{ url: 'http://a.example/' }, 'neither https'],
    [{ url: 'https://a.example/', headers: { Authorization: 'Bearer ${input:token}' } }, 'fills in'],
    [{ url: 'https://a.example/', oauth: { clientId: 'x' } }, 'oauth'],
    [{ url: 'https://a.example/', bearer_token_env_var: 'X' }, 'bearer_token_env_var'],
  ])('%j stays as it is', (members, why) => {
    expect(remoteServer(members)?.obstacle).toContain(why);
  });
});

describe('a launch', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('--', 'run', 'thothctl', '--agent-id', ''));
  const launch = fc.record({ command: fc.string({ minLength: 1 }), args: fc.array(word, { maxLength: 6 }) });
  const plain = launch.filter((each) => readWrapped(each) === undefined);

  it('comes back from wrapping as it was, and wrapping again changes nothing', () => {
    fc.assert(
      fc.property(plain, fc.string({ minLength: 1 }), (original, name) => {
        const once = wrap(name, original, wrapper);
        expect(readWrapped(once)?.original).toEqual(original);
        expect(sameLaunch(wrap(name, once, wrapper), once)).toBe(true);
      }),
    );
  });

  it('survives JSON and TOML files whatever its words are', async () => {
    await fc.assert(
      fc.asyncProperty(plain, async (original) => {
        const json = await openJsonDocument('c.json', '{"mcpServers": {"a": {"command": "x", "args": []}}}', [
          ['mcpServers'],
        ]);
        const toml = await openTomlDocument('c.toml', '[mcp_servers.a]\ncommand = "x"\n', 'mcp_servers');
        const change = new Map([['a', original]]);
        const expected = [{ name: 'a', ...original }];
        expect(
          startsOf(await openJsonDocument('c.json', json.withChanges(change), [['mcpServers']])),
        ).toEqual(expected);
        // A lone surrogate has no UTF-8 form and cannot come from a file.
        if (!Buffer.from(JSON.stringify(original)).toString().includes('\\ud'))
          expect(startsOf(await openTomlDocument('c.toml', toml.withChanges(change), 'mcp_servers'))).toEqual(
            expected,
          );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [
      { command: 'thoth', args: ['run', '--agent-id', 'fs', '--tenant-id', 't', '--', 'npx', 'x'] },
      ['npx', 'x'],
    ],
    [{ command: '/usr/local/bin/thothctl', args: ['run', '--mcp', '--', 'x'] }, ['x']],
    [{ command: 'C:\\Tools\\thothctl.exe', args: ['run', '--', 'x'] }, ['x']],
    [{ command: 'npx', args: ['-y', 'thothctl', 'run', '--', 'x', '--', 'y'] }, ['x', '--', 'y']],
  ])('%j is recognised as wrapped', (wrapped, original) => {
    const found = readWrapped(wrapped)?.original;
    expect([found?.command, ...(found?.args ?? [])]).toEqual(original);
  });

  it.each([
    { command: 'npm', args: ['run', 'server', '--', 'x'] },
    { command: 'thothctl', args: ['run'] },
    { command: 'docker', args: ['run', '--', 'image'] },
  ])('%j is not', (other) => {
    expect(readWrapped(other)).toBeUndefined();
  });
});
