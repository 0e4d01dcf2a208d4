import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { relay } from '../../src/run/mcp-stdio/relay.js';
import type { Governance } from '../../src/run/mcp/governance.js';
import { until } from '../sdk/scripted-enforcer.js';
import { bundleProgram, type BundledProgram } from '../support/bundled-program.js';
import { BIN, cliEnvironment, temporaryHome } from '../support/cli.js';
import { fuzzedGovernance, fuzzRuns } from './fuzz/enforcement.js';
import { isComplete, judgeClient, judgeServer, type Heard, type Witnessed } from './fuzz/judge.js';
import { bytesOf, conversationOf, serverNoise, TOOLS, type Item } from './fuzz/messages.js';
import { StubServer } from './fuzz/stub-server.js';
import { dice, linesOf, pieces, SlowReader, source, trickle } from './fuzz/wires.js';

// Random conversations in random pieces between readers of random patience. Two oracles remember everything: a server its
// bytes, an enforcer its checks; what either of them saw must be what the other allows.

const fuzzed = fuzzedGovernance();
let governance: Governance;
beforeEach(() => {
  governance = fuzzed.governance();
});

/** Plays one conversation to its end; fails when it does not come to one. */
async function play(
  items: readonly Item[],
  noise: readonly Buffer[],
  seed: number,
  hurry: boolean,
): Promise<Witnessed & Heard> {
  const roll = dice(seed);
  fuzzed.enforcer.requests.length = 0;
  const server = new StubServer(roll, [...noise]);
  const stdin = source();
  const stdout = new SlowReader(roll, 6);
  const link = relay(server, { stdin, stdout }, governance, true);
  await trickle(stdin, Buffer.concat(items.map(bytesOf)), roll);
  const complete = (): boolean => isComplete(items, stdout.bytes);
  // In a hurry the client goes at once; what was decided by then still has to come out right.
  if (!hurry) await until(complete);
  const over = new Promise((resolve) => server.stdout.once('end', resolve));
  stdin.push(null);
  await over;
  await link.childEnded('exited with code 0');
  await until(complete);
  const { bytes: received } = server.stdin;
  return {
    items,
    hurry,
    received,
    sent: server.sent,
    toClient: stdout.bytes,
    checks: fuzzed.enforcer.checks,
  };
}

describe('the proxy on stdio', () => {
  it(
    'lets no ungoverned call and no altered byte through, whatever is said in whatever pieces',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          conversationOf(TOOLS, 24),
          serverNoise,
          fc.nat(),
          fc.boolean(),
          async (items, noise, seed, hurry) => {
            const seen = await play(items, noise, seed, hurry);
            judgeServer(seen);
            judgeClient(seen);
          },
        ),
        { numRuns: fuzzRuns(150) },
      );
      expect(fuzzed.enforcer.requests.length).toBeGreaterThan(0);
    },
    fuzzRuns(150) * 1000,
  );
});

describe('the built program on real pipes', () => {
  let server: BundledProgram;
  let home: string;
  beforeAll(async () => {
    server = await bundleProgram('test/run/fuzz/recording-server.ts', {});
    home = await temporaryHome();
  });
  afterAll(async () => {
    await server.remove();
    await rm(home, { recursive: true });
  });

  async function playOnPipes(items: readonly Item[], seed: number): Promise<Witnessed & Heard> {
    fuzzed.enforcer.requests.length = 0;
    const roll = dice(seed);
    const [received, sent] = [join(home, 'received'), join(home, 'sent')];
    const key = join(home, 'key');
    await writeFile(key, 'thoth_test_key', { mode: 0o600 });
    const governed = [
      '--agent-id',
      'bot',
      '--tenant-id',
      'acme',
      '--api-url',
      fuzzed.enforcer.url,
      '--api-key-file',
      key,
    ];
    const command = [process.execPath, server.file, received, sent, String(seed)];
    const child = spawn(process.execPath, [BIN, 'run', '--mcp', '--no-pins', ...governed, '--', ...command], {
      env: cliEnvironment(home),
    });
    const toClient: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      toClient.push(chunk);
      if (roll() > 0.3) return;
      child.stdout.pause();
      setImmediate(() => child.stdout.resume());
    });
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const ended = once(child, 'close');
    await pipeline(pieces(Buffer.concat(items.map(bytesOf)), roll), child.stdin, { end: false });
    await until(() => isComplete(items, Buffer.concat(toClient)) || child.exitCode !== null, 30_000);
    child.stdin.end();
    expect(await ended, Buffer.concat(errors).toString()).toEqual([0, null]);
    return {
      items,
      hurry: false,
      received: await readFile(received),
      sent: linesOf(await readFile(sent)),
      toClient: Buffer.concat(toClient),
      checks: fuzzed.enforcer.checks,
    };
  }

  it(
    'does the same',
    async () => {
      const tools = TOOLS.filter((tool) => tool !== 'held');
      await fc.assert(
        fc.asyncProperty(conversationOf(tools, 150), fc.nat(), async (items, seed) => {
          const seen = await playOnPipes(items, seed);
          judgeServer(seen);
          judgeClient(seen);
        }),
        { numRuns: Math.ceil(fuzzRuns(150) / 50), endOnFailure: true },
      );
    },
    fuzzRuns(150) * 1000,
  );
});
