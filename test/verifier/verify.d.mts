export interface Opinion {
  readonly outcome: 'verified' | 'failed' | 'unverifiable';
  readonly index?: number;
  readonly reason?: string;
  readonly records?: number;
}
export function verifyExport(
  bytes: Buffer,
  options?: { keys?: unknown; savedHead?: unknown; after?: unknown },
): Opinion;
export function jcs(value: unknown): string;
export function receiptFor(record: unknown): Record<string, unknown>;
