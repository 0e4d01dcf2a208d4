import { CHAIN_START } from './chain.js';
import { checkHead } from './check-head.js';
import { checkRecord } from './check-record.js';
import type { KeyRing } from './key-ring.js';
import { isEvidenceRecord } from './narrow.js';
import {
  failed,
  unverifiable,
  type Failed,
  type FailureReason,
  type Unverifiable,
  type VerifyOutcome,
} from './outcome.js';
import { receiptText } from './receipt.js';
import { SignatureWindow } from './signature-window.js';
import { RECORD_FORMAT, type ChainPosition, type EvidenceRecord } from './types.js';

export interface ChainCheckOptions {
  readonly keys: KeyRing;
  readonly tenantId?: string | undefined;
  /** Place the records must follow. Without it they may start anywhere, but only index 1 can be verified. */
  readonly startAfter?: ChainPosition | undefined;
  /** A head saved earlier; proves that nothing up to it was cut off or rewritten. */
  readonly savedHead?: unknown;
}

/** Checks a chain record by record in constant memory. Feed it with `add`, then ask `finish`. */
export class ChainCheck {
  readonly #window = new SignatureWindow();
  readonly #hashAt = new Map<number, string>();
  readonly #savedIndex: number | undefined;
  #tenantId: string | undefined;
  #start: ChainPosition | undefined;
  #position: ChainPosition;
  #records = 0;
  #failure: Failed | undefined;
  #doubt: Unverifiable | undefined;

  constructor(private readonly options: ChainCheckOptions) {
    this.#tenantId = options.tenantId;
    this.#start = options.startAfter;
    this.#position = options.startAfter ?? CHAIN_START;
    const saved = options.savedHead;
    if (
      typeof saved === 'object' &&
      saved !== null &&
      'chain_index' in saved &&
      typeof saved.chain_index === 'number'
    ) {
      this.#savedIndex = saved.chain_index;
    }
    this.#remember();
  }

  /** Index of the next record to come. */
  get due(): number {
    return this.#position.chain_index + 1;
  }

  /** Returns false once the chain is known to be bad; feeding more then changes nothing. */
  async add(value: unknown): Promise<boolean> {
    if (this.#failure) return false;
    if (!this.#start) this.#startAt(value);
    const checked = checkRecord(value, this.#position, this.#tenantId);
    if ('failure' in checked) return this.#fail(checked.failure);
    const { record } = checked;
    this.#tenantId ??= String(record['tenant_id']);
    this.#position = { chain_index: record.chain_index, hash: record.hash };
    this.#records++;
    this.#remember();
    const older = await this.#window.add(this.#signature(record));
    return older ? this.#fail(older) : true;
  }

  /** The next record is bad in a way only the reader of the file can see. */
  reject(reason: FailureReason, detail: string): Promise<boolean> {
    return this.#fail(failed(this.due, reason, detail));
  }

  /** Notes a reason why the chain cannot be fully verified; the first one counts. */
  doubt(reason: Unverifiable): void {
    this.#doubt ??= reason;
  }

  /** `ownHead` is the head the records came with: it must lie exactly at their end. */
  async finish(ownHead?: unknown): Promise<VerifyOutcome> {
    this.#failure = (await this.#window.drain()) ?? this.#failure;
    if (this.#failure) return this.#failure;
    let headChecked = false;
    for (const [head, own] of [
      [this.options.savedHead, false],
      [ownHead, true],
    ] as const) {
      if (head === undefined) continue;
      const verdict = await checkHead(head, {
        own,
        keys: this.options.keys,
        tenantId: this.#tenantId,
        first: (this.#start ?? CHAIN_START).chain_index,
        last: this.#position.chain_index,
        hashAt: (index) => this.#hashAt.get(index),
      });
      if (verdict?.outcome === 'failed') return verdict;
      if (verdict) this.doubt(verdict);
      else headChecked = true;
    }
    if (this.#doubt) return this.#doubt;
    return {
      outcome: 'verified',
      records: this.#records,
      first_index: this.#records === 0 ? 0 : this.#position.chain_index - this.#records + 1,
      last_index: this.#position.chain_index,
      last_hash: this.#position.hash,
      head_checked: headChecked,
    };
  }

  /** Without an anchor the first record itself says where it stands; that place is then only claimed. */
  #startAt(value: unknown): void {
    this.#start = CHAIN_START;
    if (!isEvidenceRecord(value) || value.chain_index <= 1) return;
    this.#start = { chain_index: value.chain_index - 1, hash: value.previous_hash };
    this.#position = this.#start;
    this.#remember();
    this.doubt(
      unverifiable(
        'segment_without_anchor',
        `the records start at index ${value.chain_index}; what came before is not known`,
        value.chain_index,
      ),
    );
  }

  async #signature(record: EvidenceRecord): Promise<Failed | undefined> {
    if (record['format_version'] !== RECORD_FORMAT) {
      this.doubt(
        unverifiable(
          'unknown_version',
          'the record has a format this verifier does not know',
          record.chain_index,
        ),
      );
      return undefined;
    }
    if (!this.options.keys.has(record.key_id)) {
      this.doubt(
        unverifiable('missing_key', 'the public key of the record is not known', record.chain_index),
      );
      return undefined;
    }
    const valid = await this.options.keys.verify(record.key_id, receiptText(record), record.signature);
    return valid
      ? undefined
      : failed(record.chain_index, 'wrong_signature', 'the signature does not fit the record');
  }

  async #fail(failure: Failed): Promise<boolean> {
    // Signatures of earlier records are still being checked; the first bad record is the one to report.
    this.#failure = (await this.#window.drain()) ?? failure;
    return false;
  }

  #remember(): void {
    const { chain_index, hash } = this.#position;
    // Only two places can ever be asked for: the saved head's and the end.
    if (chain_index - 1 !== this.#savedIndex) this.#hashAt.delete(chain_index - 1);
    this.#hashAt.set(chain_index, hash);
  }
}
