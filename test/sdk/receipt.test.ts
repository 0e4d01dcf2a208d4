import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonical } from '../../src/sdk/decision/receipt.js';
import { flush } from '../../src/sdk/index.js';
import { governedTool, refusalOf } from './governed-tool.js';
import { ScriptedEnforcer } from './scripted-enforcer.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const receiptKeys = { k1: publicKey.export({ format: 'jwk' }).x ?? '' };

let enforcer: ScriptedEnforcer;
beforeAll(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterAll(async () => {
  await flush();
  await enforcer.stop();
});

function receiptFor(outcome: string, more: Record<string, unknown> = {}) {
  return signed({ decision: { authorization_decision: outcome }, ...more });
}

function signed(members: Record<string, unknown>) {
  const receipt = { receipt_id: 'r', key_id: 'k1', ...members };
  const signature = sign(null, Buffer.from(canonical(receipt)), privateKey).toString('base64url');
  return { ...receipt, signature };
}

it('lets a call run only with a receipt that verifies and speaks of the same outcome', async () => {
  const good = receiptFor('ALLOW');
  enforcer.decide({ decision: 'ALLOW', receipt: good });
  const tool = governedTool(enforcer, { receiptKeys });
  await tool.run({});
  expect(tool.entered).toHaveLength(1);
  for (const receipt of [{ ...good, receipt_id: 'other' }, { ...good, signature: '' }, receiptFor('BLOCK')]) {
    enforcer.decide({ decision: 'ALLOW', receipt });
    expect(await refusalOf(tool.run({}))).toMatchObject({ decisionReasonCode: 'receipt_invalid' });
  }
  expect(tool.entered).toHaveLength(1);
});

it('takes no signature for more than what is under it', async () => {
  const tool = governedTool(enforcer, { receiptKeys });
  for (const receipt of [
    signed({}),
    signed({ decision: { outcome: 'ALLOW' } }),
    signed({ decision: 'ALLOW' }),
    receiptFor('ALLOW', { tenant_id: 'another' }),
  ]) {
    enforcer.decide({ decision: 'ALLOW', receipt });
    expect(await refusalOf(tool.run({}))).toMatchObject({ decisionReasonCode: 'receipt_invalid' });
  }
  expect(tool.entered).toEqual([]);
  enforcer.decide({ decision: 'ALLOW', receipt: receiptFor('ALLOW', { tenant_id: 'acme' }) });
  await tool.run({});
  expect(tool.entered).toHaveLength(1);
});
