import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { HAS_PROCESS_GROUPS, signalGroup, signalGroupOf } from '../../src/run/child/process-group.js';

/** A leader whose own child has its output, so that it ends with the last of them; the leader stays or ends at once. */
const LEADER = `
const { spawn } = require('node:child_process');
const stay = 'process.stdout.write("up"); setInterval(() => undefined, 1000)';
spawn(process.execPath, ['-e', stay], { stdio: ['ignore', 'inherit', 'ignore'] }).unref();
if (process.argv[1] === 'stays') setInterval(() => undefined, 1000);
`;

async function group(leader: 'stays' | 'ends'): Promise<{ child: ChildProcess; gone: Promise<unknown> }> {
  const child = spawn(process.execPath, ['-e', LEADER, leader], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: HAS_PROCESS_GROUPS,
  });
  const gone = once(child, 'close');
  const ended = leader === 'ends' ? once(child, 'exit') : undefined;
  await once(child.stdout, 'data');
  await ended;
  return { child, gone };
}

it.runIf(HAS_PROCESS_GROUPS).each(['stays', 'ends'] as const)(
  'a group is signalled as a whole while its leader %s',
  async (leader) => {
    const { child, gone } = await group(leader);
    expect(signalGroup(child, 0)).toBe(true);
    expect(signalGroup(child, 'SIGKILL')).toBe(true);
    await gone;
  },
);

it('nothing is signalled for a child that was never started', async () => {
  const child = spawn('/nowhere/no-such-program');
  await once(child, 'error');
  expect(signalGroup(child, 'SIGKILL')).toBe(false);
});

it.each([0, 1, -1, 1.5, Number.NaN])('%s is no leader: it would mean us, or every process', (leader) => {
  expect(signalGroupOf(leader, 0)).toBe(false);
});
