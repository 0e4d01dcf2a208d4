import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { RunHarness } from './run-process.js';
import { SideBySide, type Answers } from './side-by-side.js';

const PACKAGE = 'mcp==2.3.0';
const INSTALL_LIMIT_MS = 120_000;

const SERVER = `
from mcp.server.mcpserver import MCPServer

server = MCPServer("python")

@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers"""
    return a + b

@server.tool()
def write(path: str) -> str:
    """Writes a file"""
    open(path, "w").close()
    return "written"

@server.resource("note://{name}")
def note(name: str) -> str:
    return "note " + name

@server.prompt()
def greet(name: str) -> str:
    return "Greet " + name

server.run("stdio")
`;

let folder: string;
let harness: RunHarness;
let enforcer: ScriptedEnforcer;
/** Why there is no Python server here. */
let missing: string | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'python-server-'));
  writeFileSync(join(folder, 'server.py'), SERVER);
  harness = await RunHarness.create();
  enforcer = await ScriptedEnforcer.start();
  enforcer.onEnforce = ({ body }) => ({
    body: {
      decision: Reflect.get(Object(body), 'tool_name') === 'write' ? 'BLOCK' : 'ALLOW',
      reason: 'not today',
    },
  });
  missing = await installed();
}, 2 * INSTALL_LIMIT_MS);
afterAll(async () => {
  await enforcer.stop();
  harness.remove();
  rmSync(folder, { recursive: true });
});

/** An environment of its own with the server's package in it; undefined, or why that cannot be had here. */
async function installed(): Promise<string | undefined> {
  const run = promisify(execFile);
  try {
    await run('python3', ['-m', 'venv', join(folder, 'venv')], { timeout: INSTALL_LIMIT_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE];
    await run(join(folder, 'venv/bin/python'), pip, { timeout: INSTALL_LIMIT_MS });
    return undefined;
  } catch (error) {
    const said: unknown = Reflect.get(Object(error), 'stderr');
    return `no Python 3 with ${PACKAGE} here: ${typeof said === 'string' && said !== '' ? said : String(error)}`;
  }
}

function start(context: TestContext): SideBySide {
  context.skip(missing !== undefined, missing);
  const command = [join(folder, 'venv/bin/python'), join(folder, 'server.py')];
  return SideBySide.start(harness, enforcer, command);
}

function expectSame({ direct, through }: Answers): void {
  expect(through).toBe(direct);
}

it('a server in Python answers through the proxy, byte for byte, what it answers itself', async (context) => {
  const sides = start(context);
  expectSame(await sides.initialize());
  for (const list of ['tools', 'prompts', 'resources', 'resources/templates']) {
    expectSame(await sides.ask(`${list}/list`));
  }
  // Python keeps integers that JavaScript cannot hold, so it tells whether the proxy did.
  const sum = await sides.ask('tools/call', { name: 'add', arguments: { a: 1, b: 2 } });
  expectSame(sum);
  const exact =
    '{"jsonrpc":"2.0","id":"exact","method":"tools/call","params":{"name":"add","arguments":{"a":9007199254740993,"b":0}}}\n';
  sides.direct.send(exact);
  sides.through.send(exact);
  const [direct, through] = [await sides.direct.rawReply('exact'), await sides.through.rawReply('exact')];
  expectSame({ direct, through });
  expect(through).toContain('9007199254740993');
  expectSame(await sides.call('add', { a: 'one' }));
  expectSame(await sides.call('nothing'));
  expectSame(await sides.ask('resources/read', { uri: 'note://one' }));
  expectSame(await sides.ask('prompts/get', { name: 'greet', arguments: { name: 'Zoë' } }));
  const [alone, governed] = await sides.end();
  expect(governed).toBe(alone);
});

it('a blocked call does not reach it', async (context) => {
  const sides = start(context);
  await sides.initialize();
  const id = 'blocked';
  const path = join(folder, 'written');
  const params = { name: 'write', arguments: { path } };
  sides.through.send(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
  expect(await sides.through.reply(id)).toMatchObject({ result: { isError: true } });
  await sides.end();
  expect(existsSync(path)).toBe(false);
});
