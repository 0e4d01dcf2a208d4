import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/server/store/index.js';
import { bundleProgram, type BundledProgram } from '../support/bundled-program.js';
import { exportStore } from '../support/export-store.js';
import { secondOpinion } from '../support/second-verifier.js';

const KILLS = 20;
let folder: string;
let program: BundledProgram;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thoth-kill-'));
  program = await bundleProgram('test/support/commit-stream.ts', {
    'store-worker': 'src/server/store/worker/entry.ts',
  });
});
afterAll(async () => {
  await program.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Receipts that reached this process before the writer was killed, `after` ms past the first one. */
function receiptsUntilKilled(dataDir: string, round: number, after: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const args = [program.file, dataDir, `round${round}`, round % 2 ? '64' : '3'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), after));
    child.stdout.on('data', (text: string) => (output += text));
    child.on('close', (_, signal) => {
      // A line the kill cut in two was never acknowledged to anybody.
      if (signal === 'SIGKILL') resolve(output.split('\n').slice(0, -1));
      else reject(new Error('the writer ended by itself'));
    });
  });
}

test(`kill -9 of the writer ${KILLS} times: every acknowledged unit is there once, the chain is whole`, async () => {
  const dataDir = join(folder, 'data');
  const receipts: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    receipts.push(...(await receiptsUntilKilled(dataDir, round, (round * 37) % 150)));
  }
  expect(receipts.length).toBeGreaterThan(KILLS);

  const store = await openStore({ dataDir });
  try {
    const exported = join(folder, 'export.ndjson');
    const logged = join(folder, 'receipts.ndjson');
    await exportStore(store, 't', exported);
    await writeFile(logged, receipts.join('\n'));
    const opinion = await secondOpinion(exported, '--receipts', logged);
    expect(opinion).toMatchObject({ outcome: 'verified', receipts: receipts.length });

    // A unit is one transaction: each record has its row and no row is without its record.
    const ids = await store.read
      .selectFrom('evidence')
      .select('evidence_id')
      .orderBy('evidence_id')
      .execute();
    const rows = await store.read.selectFrom('tenants').select('tenant_id').orderBy('tenant_id').execute();
    expect(rows.map((row) => row.tenant_id)).toEqual(ids.map((row) => row.evidence_id));
    expect(ids).toHaveLength(opinion.records ?? -1);
  } finally {
    await store.close();
  }
}, 300_000);
