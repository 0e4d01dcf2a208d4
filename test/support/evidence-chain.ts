import { CHAIN_START, prepareRecord, sealRecord } from '../../src/evidence/chain.js';
import { exportLines } from '../../src/evidence/export-file.js';
import { signHead } from '../../src/evidence/head.js';
import { createSigner, evidenceKey, generateSigningKey } from '../../src/evidence/signature.js';
import type {
  ChainPosition,
  EvidenceDraft,
  EvidenceKey,
  EvidenceRecord,
  SignedHead,
} from '../../src/evidence/types.js';

export interface TestChain {
  readonly tenantId: string;
  readonly keys: readonly EvidenceKey[];
  readonly records: readonly EvidenceRecord[];
  /** Canonical texts of the records. */
  readonly texts: readonly string[];
  headAt(index: number): SignedHead;
  /** Lines of the export file, without their line feeds. */
  exportLines(): Promise<string[]>;
}

export function decisionDraft(i: number, body: Record<string, unknown> = {}): EvidenceDraft {
  return {
    kind: 'decision',
    evidence_id: `ev_${i}`,
    occurred_at: new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString(),
    body: {
      session_id: `sess_${i % 2}`,
      agent_id: 'agent-1',
      tool_name: 'read_file',
      decision: i % 3 === 0 ? 'BLOCK' : 'ALLOW',
      decision_reason_code: i % 3 === 0 ? 'tool_not_in_approved_scope' : 'in_scope',
      ...body,
    },
    receipt: true,
  };
}

/** A genuine chain of `length` records with a key of its own. */
export function testChain(length: number, tenantId = 'tenant-1', key = generateSigningKey()): TestChain {
  const signer = createSigner(key.keyId, key.privateKeyPem);
  const keys = [evidenceKey(key.keyId, key.publicKeyPem)];
  const positions: ChainPosition[] = [CHAIN_START];
  const texts: string[] = [];
  for (let i = 1; i <= length; i++) {
    const sealed = sealRecord(prepareRecord(tenantId, decisionDraft(i)), positions[i - 1]!, signer);
    positions.push({ chain_index: sealed.chain_index, hash: sealed.hash });
    texts.push(sealed.text);
  }
  const headAt = (index: number) => signHead(tenantId, positions[index]!, '2026-01-02T00:00:00.000Z', signer);
  return {
    tenantId,
    keys,
    records: texts.map((text) => JSON.parse(text) as EvidenceRecord),
    texts,
    headAt,
    async exportLines() {
      const lines: string[] = [];
      const content = { tenantId, keys, records: texts, head: async () => headAt(length) };
      for await (const line of exportLines(content)) lines.push(line.slice(0, -1));
      return lines;
    },
  };
}
