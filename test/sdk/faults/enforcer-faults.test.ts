import type { Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { flush } from '../../../src/sdk/index.js';
import { governedTool } from '../governed-tool.js';
import { RawEnforcer, type Behaviour } from './raw-enforcer.js';

const ALLOW = '{"decision":"ALLOW"}';
/** Of an enforcer that is silent; the others have so long that a machine that stalls is not taken for one. */
const [SILENCE_MS, PATIENCE_MS] = [400, 20_000];

const head = (length: number | string, more = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n`;
const say =
  (text: string): Behaviour =>
  (socket) =>
    void socket.write(text);
const sayAndEnd =
  (text: string): Behaviour =>
  (socket) =>
    void socket.end(text);

/** One byte at a time, slower than anybody waits. */
function drip(socket: Socket, text: string): void {
  let next = 0;
  const timer = setInterval(() => socket.write(text.slice(next, ++next)), 50);
  socket.on('close', () => clearInterval(timer));
}

/** Behaviour, outcome closed, outcome with fail-open; written from SDK behaviour 4.1, 5.3 and the readings of it. */
const FAULTS: readonly [string, Behaviour, 'run' | 'outage' | 'rejected', 'run' | 'rejected'][] = [
  [
    'a slow reply within the limit',
    (socket) => void setTimeout(() => say(head(20) + ALLOW)(socket), 100),
    'run',
    'run',
  ],
  ['silence', () => undefined, 'outage', 'run'],
  ['a head and then silence', say(head(20)), 'outage', 'run'],
  ['one byte at a time', (socket) => drip(socket, head(20) + ALLOW), 'outage', 'run'],
  ['a reset before any byte', (socket) => void socket.resetAndDestroy(), 'outage', 'run'],
  ['an end before any byte', (socket) => void socket.end(), 'outage', 'run'],
  ['an end inside the head', sayAndEnd('HTTP/1.1 200 OK\r\nContent-Le'), 'outage', 'run'],
  ['500', say('HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n'), 'outage', 'run'],
  ['503 with an ALLOW', say(`HTTP/1.1 503 No\r\nContent-Length: 20\r\n\r\n${ALLOW}`), 'outage', 'run'],
  [
    'HTML',
    say('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>'),
    'rejected',
    'rejected',
  ],
  ['half a JSON', say(head(10) + ALLOW.slice(0, 10)), 'rejected', 'rejected'],
  ['a length that is too long, then the end', sayAndEnd(head(200) + ALLOW), 'rejected', 'rejected'],
  [
    'a length that is too long, then a reset',
    (socket) => void socket.write(head(200) + ALLOW, () => socket.resetAndDestroy()),
    'rejected',
    'rejected',
  ],
  ['a length that is too long, then silence', say(head(200) + ALLOW), 'outage', 'run'],
  ['a length that is too short', sayAndEnd(head(12) + ALLOW), 'rejected', 'rejected'],
  ['a length that is no number', sayAndEnd(head('many') + ALLOW), 'rejected', 'rejected'],
  ['two lengths', sayAndEnd(head(20, 'Content-Length: 5\r\n') + ALLOW), 'rejected', 'rejected'],
  [
    'a chunk that is cut off',
    sayAndEnd(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n${ALLOW}\r\n`),
    'rejected',
    'rejected',
  ],
  ['something that is not HTTP', sayAndEnd('SSH-2.0-OpenSSH_9.0\r\n'), 'rejected', 'rejected'],
  [
    'an endless body',
    (socket) => void socket.write(`HTTP/1.1 200 OK\r\n\r\n{"decision":"ALLOW","x":"${'y'.repeat(2 << 20)}`),
    'rejected',
    'rejected',
  ],
];

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
process.on('unhandledRejection', note);
afterAll(() => void process.removeListener('unhandledRejection', note));

describe.each(FAULTS)('an enforcer that answers with %s', (_what, behaviour, closed, open) => {
  it.each([
    ['closed', false, closed],
    ['open', true, open],
  ])('failing %s', async (_side, failOpen, expected) => {
    const enforcer = await RawEnforcer.start(behaviour);
    try {
      const enforceTimeoutMs = closed === 'outage' ? SILENCE_MS : PATIENCE_MS;
      const tool = governedTool(enforcer, { failOpen, enforceTimeoutMs });
      const outcome = await tool.run({ q: 1 }).then(
        () => 'run',
        (error: { source: string }) => (error.source === 'enforcer_unavailable' ? 'outage' : 'rejected'),
      );
      expect(outcome).toBe(expected);
      expect(tool.entered).toHaveLength(expected === 'run' ? 1 : 0);
      // At most the one retry that is harmless.
      expect(enforcer.checks).toBeLessThanOrEqual(2);
      await flush(500);
    } finally {
      await enforcer.stop();
    }
  });
});

it('leaves no rejection unhandled', async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(unhandled).toEqual([]);
});
