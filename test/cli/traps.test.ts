import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitArgv } from '../../src/cli/argv.js';
import { BIN, cliEnvironment, ROOT, runCli } from '../support/cli.js';
import { runClass } from '../support/probe.js';
import { Big, Child, Crash, Echo } from './fixtures/probe-commands.js';

const PROBE = ['--import', 'tsx', join(ROOT, 'test/cli/fixtures/probe.ts')];
const probe = (args: readonly string[]) => ({ command: process.execPath, args: [...PROBE, ...args] });

/** Starts a probe with pipes; the caller reads and signals. */
function start(args: readonly string[]) {
  const { command, args: full } = probe(args);
  return spawn(command, full, {
    cwd: ROOT,
    env: cliEnvironment('/nonexistent'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const json = (text: string): unknown => JSON.parse(text);

describe('T1: argv of a child after --', () => {
  it('keeps order and repeats', async () => {
    const argv = [
      '--agent-id',
      'a',
      '--',
      'node',
      '-e',
      '1',
      '-e',
      '2',
      '--agent-id',
      'b',
      '--json',
      '--',
      'x',
    ];
    const { stdout, exit } = await runClass(Child, ['--json', ...argv]);
    expect(exit).toBe(0);
    expect(json(stdout)).toEqual({
      agent: 'a',
      child: ['node', '-e', '1', '-e', '2', '--agent-id', 'b', '--json', '--', 'x'],
    });
  });

  it('splits at the first -- and nowhere else', () => {
    const token = fc.oneof(fc.constant('--'), fc.constant('-e'), fc.string());
    fc.assert(
      fc.property(fc.array(token), (argv) => {
        const { own, after } = splitArgv(argv);
        expect(own).not.toContain('--');
        expect(after === undefined ? own : [...own, '--', ...after]).toEqual(argv);
      }),
    );
  });
});

describe('T2: an error document holds a whitelist', () => {
  it('of the members documented, with no argv, flags or variables', async () => {
    const { stdout, stderr } = await runCli(['settings', 'get', '--json', '--nope'], {
      env: { THOTH_AUTH_TOKEN: 'very-secret-token', THOTH_TENANT_ID: 'acme' },
    });
    expect(stdout + stderr).not.toContain('very-secret-token');
    const document = json(stdout);
    expect(Object.keys(document as object)).toEqual(['error']);
    expect(stdout.length).toBeLessThan(500);
  });

  it('nor what an unplanned error carries, and secrets in its message are masked', async () => {
    const { stdout, exit } = await runClass(Crash, ['--json', '--webhook-secret', 'hunter2-secret']);
    expect(exit).toBe(1);
    expect(stdout).not.toMatch(/hunter2-secret|leaked-token/);
    expect(json(stdout)).toMatchObject({
      error: { code: 'unexpected', exit_code: 1, message: 'Unexpected failure: boom with [redacted]' },
    });
  });

  it('shows the stack only with --debug', async () => {
    expect((await runClass(Crash, [])).stderr).not.toContain('probe-commands');
    expect((await runClass(Crash, ['--debug'])).stderr).toContain('probe-commands');
  });
});

describe('T3: the exit code does not depend on --json', () => {
  it.each([
    [['version', '--nope']],
    [['context', 'show', 'nope']],
    [['nope']],
    [['settings', 'get', '--tenant-id', 't']],
  ])('%j', async (args) => {
    const [text, document] = await Promise.all([runCli(args), runCli([...args, '--json'])]);
    expect(document.exit).toBe(text.exit);
    expect(json(document.stdout)).toMatchObject({ error: { exit_code: text.exit } });
  });
});

describe('T4: --json always prints a document', () => {
  it('also when the query finds nothing', async () => {
    expect((await runCli(['version', '--json', '--query', 'missing'])).stdout).toBe('null\n');
  });
});

describe('T5, T6: large output', () => {
  it('arrives whole before the error line of a failing stream', async () => {
    const { stdout } = start(['Big', '--fail', '--json']);
    let text = '';
    for await (const chunk of stdout) text += String(chunk);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(20_001);
    expect(json(lines.at(-1) ?? '')).toEqual({
      error: { code: 'stream_broke', message: 'The stream broke.', exit_code: 9, request_id: 'req-1' },
    });
  });

  it('waits for a slow reader', async () => {
    const child = start(['Big', '--json']);
    const exited = once(child, 'exit');
    await sleep(1500);
    let bytes = 0;
    for await (const chunk of child.stdout) bytes += (chunk as Buffer).length;
    expect(await exited).toEqual([0, null]);
    expect(bytes).toBeGreaterThan(2_000_000);
  });

  it('ends quietly when the reader goes away', async () => {
    const child = start(['Big']);
    child.stdout.once('data', () => child.stdout.destroy());
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(stderr).toBe('');
  });

  it('renders the same rows as one document', async () => {
    const { stdout, exit } = await runClass(Big, ['--json']);
    expect(exit).toBe(0);
    expect(json(stdout)).toMatchObject({ rows: { length: 20_000 } });
  });
});

describe('T7: stdin is never taken for an argument', () => {
  it('leaves the input of a shell loop alone', async () => {
    const script = `printf 'a\\nb\\nc\\n' | while read -r line; do "${process.execPath}" "${BIN}" context show >/dev/null 2>&1; echo "$line"; done`;
    const child = spawn('bash', ['-c', script], { env: cliEnvironment('/nonexistent') });
    let text = '';
    for await (const chunk of child.stdout) text += String(chunk);
    expect(text).toBe('a\nb\nc\n');
  });
});

describe('T8: repeatable flags take one value each', () => {
  it('and leave the arguments behind them', async () => {
    const { stdout } = await runClass(Echo, [
      '--json',
      '--permission',
      'read',
      '--permission',
      'execute',
      'one',
      'two',
    ]);
    expect(json(stdout)).toMatchObject({ permission: ['read', 'execute'], first: 'one', second: 'two' });
  });
});

describe('T9: a child command without --', () => {
  it('is told where it belongs', async () => {
    const { stderr, exit } = await runClass(Child, ['claude']);
    expect(exit).toBe(2);
    expect(stderr).toContain('must stand after "--"');
  });
});

describe('T10: signals', () => {
  const signalled = async (args: readonly string[], ...signals: NodeJS.Signals[]) => {
    const child = start(args);
    let stderr = '';
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
    const ready = new Promise<void>((resolve) =>
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += String(chunk);
        if (stderr.includes('waiting')) resolve();
      }),
    );
    const closed = once(child, 'close');
    await ready;
    for (const signal of signals) {
      child.kill(signal);
      await sleep(150);
    }
    const [code, signal]: unknown[] = await closed;
    return { code, signal, stdout };
  };

  it.each([
    [['Wait', '--json'], ['SIGINT'], 130],
    [['Wait', '--json'], ['SIGTERM'], 143],
    [['Wait', '--stubborn'], ['SIGINT', 'SIGINT'], 130],
    [['Finish'], ['SIGTERM'], 0],
  ] as const)('%j after %j exits %i', async (args, signals, expected) => {
    const { code, signal, stdout } = await signalled(args, ...signals);
    expect({ code, signal }).toEqual({ code: expected, signal: null });
    if (stdout)
      expect(json(stdout)).toEqual({
        error: { code: 'interrupted', message: 'Interrupted.', exit_code: expected },
      });
  });
});

describe('T11: argv reaches the command as given', () => {
  it('with spaces, quotes and newlines in one token', async () => {
    const odd = 'a b "c"\nd';
    const { stdout } = await runClass(Echo, ['--json', '--permission', odd, 'x']);
    expect(json(stdout)).toMatchObject({ permission: [odd], first: 'x' });
    expect((await runCli(['context', 'show', odd, '--json'])).stdout).toContain('a b');
  });
});

describe('T12: NODE_ENV=test changes nothing', () => {
  it('for the built bin', async () => {
    const [plain, test] = await Promise.all([
      runCli(['version', '--json']),
      runCli(['version', '--json'], { env: { NODE_ENV: 'test' } }),
    ]);
    expect(test).toEqual(plain);
  });
});

describe('T13: the bundle', () => {
  it('holds no TypeScript compiler and stays small', async () => {
    const text = await readFile(join(ROOT, 'dist/main.cjs'), 'latin1');
    expect(text).not.toContain('createSourceFile');
    expect(text.length).toBeLessThan(900_000);
    expect(/^[\x00-\x7f]*$/.test(text)).toBe(true);
  });
});

describe('T14: an unknown command', () => {
  it('is only suggested, never run', async () => {
    const { exit, stdout, stderr } = await runCli(['versio']);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain('Did you mean "thothctl version"?');
  });
});

describe('flags of existing scripts', () => {
  it('booleans that take a value', async () => {
    for (const [value, expected] of [
      ['true', true],
      ['FALSE', false],
    ] as const)
      expect(json((await runClass(Echo, ['--json', '--enabled', value])).stdout)).toMatchObject({
        enabled: expected,
      });
    const bad = await runClass(Echo, ['--enabled', 'maybe']);
    expect(bad.exit).toBe(2);
    expect(bad.stderr).toContain('--enabled expects true or false');
  });

  it('arguments that begin with a dash stand after --', async () => {
    expect(json((await runClass(Echo, ['--json', '--', '-x', '--json'])).stdout)).toMatchObject({
      first: '-x',
      second: '--json',
    });
  });
});
