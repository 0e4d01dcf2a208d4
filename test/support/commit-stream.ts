import { openStore } from '../../src/server/store/index.js';
import { decisionDraft } from './evidence-chain.js';

/**
 * A process that commits decisions without pause and writes each receipt to stdout after it was acknowledged, until it
 * is killed. Arguments: data directory, prefix of the evidence ids, number of commits in flight.
 */
async function main(dataDir: string, prefix: string, inFlight: number): Promise<void> {
  const store = await openStore({ dataDir });
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (;;) {
        const id = `${prefix}_${next++}`;
        const evidence = [{ ...decisionDraft(next), evidence_id: id }];
        const tenant = { tenant_id: id, created_at: 1 };
        const statements = [store.build.insertInto('tenants').values(tenant).compile()];
        const committed = await store.commit({ tenantId: 't', statements, evidence });
        process.stdout.write(`${JSON.stringify(committed.evidence[0]?.receipt)}\n`);
      }
    }),
  );
}

const [dataDir = '', prefix = '', inFlight = '1'] = process.argv.slice(2);
void main(dataDir, prefix, Number(inFlight));
