import { canonicalize } from './canonical.js';
import { CHAIN_START } from './chain.js';
import type { ChainPosition, EvidenceKey, EvidenceRecord, SignedHead } from './types.js';

export const EXPORT_TYPE = 'thothctl.evidence.export';
export const EXPORT_VERSION = 1;

/** First line of an export. It has these members and no others. */
export interface ExportHeader {
  readonly type: typeof EXPORT_TYPE;
  readonly version: number;
  readonly tenant_id: string;
  /** Place the first record follows: index 0 and an empty hash for a whole chain. */
  readonly after: ChainPosition;
  readonly keys: readonly EvidenceKey[];
}

export interface ExportContent {
  readonly tenantId: string;
  readonly keys: readonly EvidenceKey[];
  /** Records in ascending order, or their stored canonical texts. */
  readonly records: Iterable<EvidenceRecord | string> | AsyncIterable<EvidenceRecord | string>;
  /** Called after the last record: a head signed earlier could lie before it. */
  readonly head: () => Promise<SignedHead>;
  readonly after?: ChainPosition;
}

/** Lines of an export file, each ended by one line feed: header, records, signed head. See docs/evidence-format.md. */
export async function* exportLines(content: ExportContent): AsyncGenerator<string> {
  const header: ExportHeader = {
    type: EXPORT_TYPE,
    version: EXPORT_VERSION,
    tenant_id: content.tenantId,
    after: content.after ?? CHAIN_START,
    keys: content.keys,
  };
  yield line(header);
  for await (const record of content.records) {
    yield typeof record === 'string' ? `${record}\n` : line({ ...record, receipt: undefined });
  }
  yield line(await content.head());
}

function line(value: object): string {
  return `${canonicalize(value)}\n`;
}
