/**
 * Offline verification of Thoth evidence, the public `thothctl/evidence` entry. No function here opens a socket. The
 * format is specified to the byte in docs/evidence-format.md.
 */
export { buildBundle, bundleHash, verifyBundle, type BundleContent, type SessionBundle } from './bundle.js';
export { canonicalize } from './canonical.js';
export { exportLines, type ExportContent, type ExportHeader } from './export-file.js';
export { isEvidenceKey, isEvidenceRecord, isHead } from './narrow.js';
export type {
  Failed,
  FailureReason,
  Unverifiable,
  UnverifiableReason,
  Verified,
  VerifyOutcome,
} from './outcome.js';
export { receiptOf } from './receipt.js';
export { evidenceKey } from './signature.js';
export type {
  ChainPosition,
  EvidenceDraft,
  EvidenceKey,
  EvidenceRecord,
  Receipt,
  SignedHead,
} from './types.js';
export { verifyDocument, verifyFile, type VerifyFileOptions } from './verify-file.js';
export { verifyReceipt } from './verify-receipt.js';
export { verifyChain, verifyRecords, type VerifyOptions } from './verify-records.js';
export { toWellFormed } from './well-formed.js';
