import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionMemory } from '../../../src/server/enforce/session-memory.js';
import { openStore } from '../../../src/server/store/index.js';
import type { Store } from '../../../src/server/store/port.js';

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-sessions-'));
  store = await openStore({ dataDir: folder, clock: { now: () => Date.now() } });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

let decisions = 0;
const record = (sessionId: string, tool: string, violates: boolean): Promise<unknown> => {
  decisions += 1;
  return store.commit({
    tenantId: 'acme',
    statements: [],
    evidence: [
      {
        kind: 'decision',
        evidence_id: `dec_${decisions}`,
        occurred_at: '2026-01-01T00:00:00.000Z',
        body: {
          session_id: sessionId,
          tool_name: tool,
          ...(violates ? { violation_id: `vio_${decisions}` } : {}),
        },
      },
    ],
  });
};

describe('the memory of sessions', () => {
  it('is rebuilt from the evidence and goes on counting from there', async () => {
    await record('s', 'read', false);
    await record('s', 'write', true);
    await record('another', 'write', true);
    const memory = new SessionMemory(store.read);
    const session = await memory.open('acme', 's');
    expect(session.facts('write')).toEqual({ requests: 2, violations: 1, callsOfThisTool: 1 });
    session.count('write', true).settle();
    expect((await memory.open('acme', 's')).facts('write')).toEqual({
      requests: 3,
      violations: 2,
      callsOfThisTool: 2,
    });
    expect((await memory.open('elsewhere', 's')).facts('write').requests).toBe(0);
  });

  it('forgets a call whose record could not be written', async () => {
    const session = await new SessionMemory(store.read).open('acme', 'undone');
    session.count('write', true).undo();
    expect(session.facts('write')).toEqual({ requests: 0, violations: 0, callsOfThisTool: 0 });
  });

  it('stays within its size, but keeps sessions whose calls are not durable yet', async () => {
    const memory = new SessionMemory(store.read, 10);
    const waiting = await memory.open('acme', 'waiting');
    const call = waiting.count('write', true);
    for (let at = 0; at < 50; at += 1) await memory.open('acme', `many-${at}`);
    expect(memory.size).toBeLessThanOrEqual(10);
    expect((await memory.open('acme', 'waiting')).facts('write').violations).toBe(1);
    call.settle();
    for (let at = 0; at < 50; at += 1) await memory.open('acme', `more-${at}`);
    expect((await memory.open('acme', 'waiting')).facts('write').violations).toBe(0);
  });

  it('loads a session once for calls that arrive together', async () => {
    const memory = new SessionMemory(store.read);
    const [one, two] = await Promise.all([memory.open('acme', 'twin'), memory.open('acme', 'twin')]);
    one?.count('write', true).settle();
    expect(two?.facts('write').violations).toBe(1);
  });

  it('does not grow with the number of tools a client makes up', async () => {
    const session = await new SessionMemory(store.read).open('acme', 'inventive');
    for (let at = 0; at < 2000; at += 1) session.count(`tool-${at}`, false).settle();
    expect(session.facts('tool-1999')).toMatchObject({ requests: 2000, callsOfThisTool: 1 });
    expect(session.facts('tool-0').callsOfThisTool).toBe(0);
  });
});
