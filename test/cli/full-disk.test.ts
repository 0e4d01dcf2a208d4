import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BIN, cliEnvironment, temporaryHome } from '../support/cli.js';

/** Linux's device that is always full. */
const FULL = '/dev/full';

async function intoFullDisk(args: readonly string[], both = false) {
  const stdout = openSync(FULL, 'w');
  // A limit on memory ends a program that reports its failed report for ever.
  const child = spawn(process.execPath, ['--max-old-space-size=256', BIN, ...args], {
    env: cliEnvironment(await temporaryHome()),
    stdio: ['ignore', stdout, both ? stdout : 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  closeSync(stdout);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [exit] = await once(child, 'close');
  return { exit, stderr };
}

describe.skipIf(!existsSync(FULL))('stdout on a full disk', () => {
  it.each([[['version']], [['version', '--json']], [['capabilities', '--json']], [['manual']]])(
    '%j fails once and says so on stderr',
    async (args) => {
      const { exit, stderr } = await intoFullDisk(args);
      expect(exit).toBe(1);
      expect(stderr).toMatch(/^Error: Unexpected failure: ENOSPC.*\n {2}Next: Free some disk space.*\n$/);
    },
  );

  it.each([['--help'], ['--version']])('%s is no success', async (flag) => {
    const { exit, stderr } = await intoFullDisk([flag]);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^Error: the output could not be written: ENOSPC.*\n$/);
  });

  it('a failure keeps its code and is told on stderr', async () => {
    const { exit, stderr } = await intoFullDisk(['policy', 'lint', '/nowhere', '--json']);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/^Error: policy path \/nowhere/);
  });

  it('ends where stderr is full as well', async () => {
    expect((await intoFullDisk(['version', '--json'], true)).exit).toBe(1);
  });
});
