/** How one list is walked. `style` names the parameters a reader advances. */
export interface Pagination {
  readonly style: string;
  readonly params?: readonly string[];
  readonly cursor?: string;
  /** Member of the last row that goes into the cursor; `chain_index` when absent. */
  readonly key?: string;
  readonly limit?: boolean;
}

/** What is known of an operation without loading any validator. */
export interface OperationEntry {
  readonly method: string;
  /** As in the contract: `/{tenantId}/thoth/settings`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Path parameters other than `tenantId`. */
  readonly pathParams: readonly string[];
  /** Query parameters by name. */
  readonly query: readonly string[];
  readonly hasBody: boolean;
  readonly bodyRequired: boolean;
  /** Success statuses a server of this contract sends; clients take any 2xx. */
  readonly success: readonly number[];
  readonly retryable: boolean;
  readonly idempotent: boolean;
  /** Added by this project; a plain GovAPI does not have it. */
  readonly origin?: 'design';
  /** Needs no credential. */
  readonly open?: true;
  /** Answers with server-sent events. */
  readonly stream?: true;
  readonly pagination?: Pagination;
  /** A bare array in place of the envelope is read as this member. */
  readonly bareArrayMember?: string;
}
