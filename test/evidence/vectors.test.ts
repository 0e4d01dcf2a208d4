import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleHash, canonicalize, receiptOf, verifyFile } from '../../src/evidence/index.js';
import { decisionDraft, testChain } from '../support/evidence-chain.js';
import { verifyExport } from '../verifier/verify.mjs';

const FILE = new URL('../../docs/evidence-vectors.json', import.meta.url);

/** Secret key of RFC 8032, section 7.1, test 1: published, so good for nothing but examples. */
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';

function exampleKey() {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(SEED, 'hex'),
  ]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return {
    keyId: 'ed25519-example',
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  };
}

async function vectors(): Promise<Record<string, unknown>> {
  const chain = testChain(4, 'tenant-1', exampleKey());
  const lines = await chain.exportLines();
  const canonicalInputs = [
    '{"b":1,"a":"\\u20ac","A":[1.50,1e21,-0,0.000001,1e-7]}',
    '{"\\ud83d\\ude00":1,"\\ufb33":2,"\\u000a":"\\u000f\\"\\\\/"}',
    '[true,false,null,{},[],"",9007199254740993]',
  ];
  const swapped = lines[2]!.replace(chain.records[1]!.signature, chain.records[2]!.signature);
  const withoutHash = {
    session_id: 'sess_0',
    tenant_id: 'tenant-1',
    events: [],
    evidence: [],
    keys: [],
    summary: {},
  };
  const cases: {
    name: string;
    lines: string[];
    head?: object;
    outcome: string;
    index?: number;
    reason?: string;
  }[] = [
    { name: 'untouched', lines, outcome: 'verified' },
    {
      name: 'content changed',
      lines: lines.with(2, lines[2]!.replace('read_file', 'Read_file')),
      outcome: 'failed',
      index: 2,
      reason: 'wrong_hash',
    },
    {
      name: 'record dropped',
      lines: lines.toSpliced(3, 1),
      outcome: 'failed',
      index: 3,
      reason: 'wrong_index',
    },
    {
      name: 'records swapped',
      lines: lines.with(1, lines[2]!).with(2, lines[1]!),
      outcome: 'failed',
      index: 1,
      reason: 'wrong_index',
    },
    {
      name: 'signature of another record',
      lines: lines.with(2, swapped),
      outcome: 'failed',
      index: 2,
      reason: 'wrong_signature',
    },
    {
      name: 'white space added',
      lines: lines.with(4, lines[4]!.replace(',', ', ')),
      outcome: 'failed',
      index: 4,
      reason: 'not_canonical',
    },
    {
      name: 'cut short, own head kept',
      lines: lines.toSpliced(4, 1),
      outcome: 'failed',
      index: 4,
      reason: 'truncated',
    },
    {
      name: 'cut short, against a saved head',
      lines: [...lines.slice(0, 4), canonicalize(chain.headAt(3))],
      head: chain.headAt(4),
      outcome: 'failed',
      index: 4,
      reason: 'truncated',
    },
    {
      name: 'records after the head',
      lines: lines.with(5, canonicalize(chain.headAt(2))),
      outcome: 'failed',
      index: 3,
      reason: 'beyond_head',
    },
    { name: 'no head', lines: lines.slice(0, 5), outcome: 'unverifiable', reason: 'no_head' },
  ];
  return {
    about:
      'Worked examples for docs/evidence-format.md. The key is the published one of RFC 8032, section 7.1, test 1.',
    canonical: canonicalInputs.map((input) => ({ input, canonical: canonicalize(JSON.parse(input)) })),
    key: { ...chain.keys[0], secret_seed_hex: SEED },
    records: chain.records.map((record, i) => ({
      draft: decisionDraft(i + 1),
      record,
      receipt: receiptOf(record),
    })),
    head: chain.headAt(4),
    exports: cases,
    bundle: { content: withoutHash, bundle_hash: bundleHash(withoutHash) },
  };
}

test('the published vectors are what the product produces', async () => {
  const produced = await vectors();
  // For whoever changes the format on purpose: UPDATE_VECTORS=1 npx vitest run test/evidence/vectors
  if (process.env['UPDATE_VECTORS'] === '1') await writeFile(FILE, JSON.stringify(produced));
  expect(JSON.parse(await readFile(FILE, 'utf8'))).toEqual(JSON.parse(JSON.stringify(produced)));
});

test('both verifiers say of each published export what the vectors say', async () => {
  const { exports } = JSON.parse(await readFile(FILE, 'utf8')) as {
    exports: { lines: string[]; head?: object; outcome: string; index?: number; reason?: string }[];
  };
  const folder = await mkdtemp(join(tmpdir(), 'thoth-vectors-'));
  try {
    for (const { lines, head, outcome, index, reason } of exports) {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const file = join(folder, 'export.ndjson');
      await writeFile(file, bytes);
      const expected = {
        outcome,
        ...(index === undefined ? {} : { index }),
        ...(reason === undefined ? {} : { reason }),
      };
      expect(await verifyFile(file, { head })).toMatchObject(expected);
      expect(verifyExport(bytes, { savedHead: head })).toMatchObject(expected);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
