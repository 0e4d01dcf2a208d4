import { CHAIN_START } from '../../../evidence/chain.js';
import type { ChainPosition } from '../../../evidence/types.js';
import type { StatementCache } from '../statement-cache.js';

/** Ends of the chains in memory. What a group moved becomes known only when the group is durable. */
export class ChainHeads {
  readonly #durable = new Map<string, ChainPosition>();
  readonly #moved = new Map<string, ChainPosition>();

  constructor(private readonly statements: StatementCache) {}

  get(tenantId: string): ChainPosition {
    const known = this.#moved.get(tenantId) ?? this.#durable.get(tenantId);
    if (known) return known;
    const row = this.statements
      .prepare('SELECT chain_index, hash FROM chain_heads WHERE tenant_id = ?')
      .get(tenantId);
    const head = isPosition(row) ? { chain_index: row.chain_index, hash: row.hash } : CHAIN_START;
    this.#durable.set(tenantId, head);
    return head;
  }

  move(tenantId: string, head: ChainPosition): void {
    this.#moved.set(tenantId, head);
  }

  /** Part of the group's transaction. */
  store(): void {
    const upsert = this.statements.prepare(
      'INSERT INTO chain_heads (tenant_id, chain_index, hash) VALUES (?, ?, ?) ' +
        'ON CONFLICT (tenant_id) DO UPDATE SET chain_index = excluded.chain_index, hash = excluded.hash',
    );
    for (const [tenantId, head] of this.#moved) upsert.run(tenantId, head.chain_index, head.hash);
  }

  committed(): void {
    for (const [tenantId, head] of this.#moved) this.#durable.set(tenantId, head);
    this.#moved.clear();
  }

  /** After a failed group nothing in memory is trusted; heads are read again. */
  forget(): void {
    this.#moved.clear();
    this.#durable.clear();
  }
}

function isPosition(row: unknown): row is ChainPosition {
  return (
    typeof row === 'object' &&
    row !== null &&
    'chain_index' in row &&
    typeof row.chain_index === 'number' &&
    'hash' in row &&
    typeof row.hash === 'string'
  );
}
