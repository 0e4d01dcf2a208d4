import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationEntry, operationIds } from '../../../src/contract/index.js';
import { effects } from './effects/index.js';
import { startRehearsal, type Rehearsal } from './rehearsal.js';

// Our client calls every operation of the control plane on our server over real HTTP. Requests are held against the
// contract by a relay between the two, replies by the server before they leave and by the client when they arrive.

let stage: Rehearsal;
beforeAll(async () => {
  stage = await startRehearsal();
});
afterAll(async () => {
  expect(stage.thoth.faults).toEqual([]);
  await stage.stop();
});

describe('every operation answers with what was recorded', () => {
  it.each(Object.entries(effects))('%s', async (id, effect) => {
    const from = stage.wire.sent.length;
    await effect(stage);
    expect(stage.wire.operations().slice(from), 'the effect never called its operation').toContain(id);
  });

  it('and nothing that was sent breaks the contract', async () => {
    expect(await stage.wire.breaches()).toEqual([]);
  });
});

it('covers the whole table of operations', () => {
  const control = operationIds().filter((id) => operationEntry(id).path.startsWith('/{tenantId}/'));
  expect(Object.keys(effects).sort()).toEqual(control.sort());
  expect(control.filter((id) => operationEntry(id).origin === undefined)).toHaveLength(97);
});
