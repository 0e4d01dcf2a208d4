import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { RunHarness } from './run-process.js';
import { SideBySide, type Answers } from './side-by-side.js';

// The reference servers of the protocol's own project, from the registry, as a user would start them.
const BLOCKED = new Set(['echo', 'write_file', 'create_entities', 'sequentialthinking']);

let harness: RunHarness;
let enforcer: ScriptedEnforcer;
let folder: string;
let blocking: boolean;
let sides: SideBySide;

beforeAll(async () => {
  harness = await RunHarness.create();
  enforcer = await ScriptedEnforcer.start();
  enforcer.onEnforce = ({ body }) => ({
    body:
      blocking && BLOCKED.has(String(Reflect.get(Object(body), 'tool_name')))
        ? { decision: 'BLOCK', reason: 'not today' }
        : { decision: 'ALLOW' },
  });
});
afterAll(async () => {
  await enforcer.stop();
  harness.remove();
});

beforeEach(() => {
  blocking = false;
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'real-server-')));
});
afterEach(async () => {
  expect(await sides.end()).toEqual([0, 0]);
  rmSync(folder, { recursive: true });
});

function start(name: string, ...args: string[]): void {
  const main = createRequire(import.meta.url).resolve(`@modelcontextprotocol/server-${name}/package.json`);
  const command = [process.execPath, join(dirname(main), 'dist/index.js'), ...args];
  sides = SideBySide.start(harness, enforcer, command, (side) => ({
    MEMORY_FILE_PATH: join(folder, `${side}.jsonl`),
  }));
}

function expectSame({ direct, through }: Answers): void {
  expect(through).toBe(direct);
}

function expectRefused({ through }: Answers): void {
  expect(JSON.parse(through)).toMatchObject({
    result: { isError: true, content: [{ type: 'text', text: expect.stringContaining('not today') }] },
  });
}

function historyLength(answer: string): unknown {
  const { result } = JSON.parse(answer) as {
    result: { structuredContent: { thoughtHistoryLength: number } };
  };
  return result.structuredContent.thoughtHistoryLength;
}

describe('every answer is, byte for byte, the one that the server gives, and a blocked call is an error result', () => {
  it('server-everything', async () => {
    start('everything');
    expectSame(await sides.initialize());
    for (const list of ['tools', 'prompts', 'resources', 'resources/templates']) {
      expectSame(await sides.ask(`${list}/list`));
    }
    expectSame(await sides.call('echo', { message: 'héllo \u2028 🙂 \u0000' }));
    expectSame(await sides.call('get-sum', { a: 9007199254740991, b: 1e-7 }));
    expectSame(await sides.call('get-structured-content', { location: 'New York' }));
    expectSame(await sides.call('get-tiny-image'));
    expectSame(await sides.call('get-annotated-message', { messageType: 'error', includeImage: true }));
    expectSame(await sides.call('get-resource-links', { count: 3 }));
    expectSame(await sides.call('get-sum', { a: 'no number' }));
    expectSame(await sides.call('no-such-tool'));
    expectSame(await sides.ask('prompts/get', { name: 'args-prompt', arguments: { city: 'Bern' } }));
    expectSame(await sides.ask('resources/read', { uri: 'demo://resource/dynamic/text/no-number' }));
    expectSame(await sides.ask('logging/setLevel', { level: 'error' }));
    expectSame(await sides.ask('ping'));
    expectSame(await sides.ask('no/such/method'));
    blocking = true;
    expectRefused(await sides.call('echo', { message: 'hello' }));
  });

  it('progress of a long operation', async () => {
    start('everything');
    await sides.initialize();
    expectSame(
      await sides.ask('tools/call', {
        name: 'trigger-long-running-operation',
        arguments: { duration: 0.2, steps: 4 },
        _meta: { progressToken: 'long' },
      }),
    );
    const told = (lines: readonly string[]) =>
      lines.filter((line) => line.includes('notifications/progress'));
    expect(told(sides.through.lines)).toEqual(told(sides.direct.lines));
    expect(told(sides.through.lines)).toHaveLength(4);
  });

  it('server-filesystem', async () => {
    const file = join(folder, 'note.txt');
    writeFileSync(file, 'hello');
    start('filesystem', folder);
    expectSame(await sides.initialize());
    expectSame(await sides.ask('tools/list'));
    expectSame(await sides.call('read_text_file', { path: file }));
    expectSame(await sides.call('list_directory', { path: folder }));
    expectSame(await sides.call('read_text_file', { path: '/etc/hostname' }));
    expectSame(await sides.ask('prompts/list'));
    blocking = true;
    expectRefused(await sides.call('write_file', { path: join(folder, 'new'), content: 'x' }));
  });

  it('server-memory', async () => {
    start('memory');
    expectSame(await sides.initialize());
    expectSame(await sides.ask('tools/list'));
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['wrote the first programme'] }];
    expectSame(await sides.call('create_entities', { entities }));
    expectSame(await sides.call('search_nodes', { query: 'Ada' }));
    expectSame(await sides.call('read_graph'));
    expectSame(await sides.ask('resources/list'));
    const before = readFileSync(join(folder, 'through.jsonl'), 'utf8');
    blocking = true;
    expectRefused(await sides.call('create_entities', { entities: [{ ...entities[0], name: 'Bob' }] }));
    expect(readFileSync(join(folder, 'through.jsonl'), 'utf8')).toBe(before);
  });

  it('server-sequential-thinking', async () => {
    start('sequential-thinking');
    expectSame(await sides.initialize('2025-06-18'));
    expectSame(await sides.ask('tools/list'));
    const thought = { thought: 'First.', nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 2 };
    expectSame(await sides.call('sequentialthinking', thought));
    blocking = true;
    expectRefused(await sides.call('sequentialthinking', { ...thought, thoughtNumber: 2 }));
    blocking = false;
    const { direct, through } = await sides.call('sequentialthinking', { ...thought, thoughtNumber: 2 });
    expect(historyLength(direct)).toBe(3);
    expect(historyLength(through)).toBe(2);
  });
});
