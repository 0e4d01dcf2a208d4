import type { ExitName } from '../../errors/index.js';
import type { VerifyOutcome } from '../../evidence/index.js';
import type { View } from '../../output/port.js';

/** The contract's answer to a verification, with how it was reached. */
export interface EvidenceReport {
  readonly [member: string]: unknown;
  readonly verified: boolean;
  readonly outcome: VerifyOutcome['outcome'];
  /** `download` and `file` were recomputed here; `server` is the control plane's word. */
  readonly method: 'download' | 'file' | 'server';
  readonly records_checked: number;
  readonly chain_head: number;
  readonly breach_detail: string | null;
}

export function outcomeReport(outcome: VerifyOutcome, method: EvidenceReport['method']): EvidenceReport {
  const verified_at = new Date().toISOString();
  switch (outcome.outcome) {
    case 'verified':
      return {
        verified: true,
        outcome: 'verified',
        method,
        records_checked: outcome.records,
        chain_head: outcome.last_index,
        chain_head_hash: outcome.last_hash,
        head_checked: outcome.head_checked,
        breach_detail: null,
        breach_index: null,
        verified_at,
      };
    case 'failed':
      return {
        verified: false,
        outcome: 'failed',
        method,
        records_checked: Math.max(0, outcome.index - 1),
        chain_head: Math.max(0, outcome.index - 1),
        breach_detail: outcome.detail,
        breach_index: outcome.index,
        breach_reason: outcome.reason,
        verified_at,
      };
    case 'unverifiable':
      return {
        verified: false,
        outcome: 'unverifiable',
        method,
        records_checked: 0,
        chain_head: 0,
        breach_detail: null,
        breach_index: null,
        unverifiable_reason: outcome.reason,
        unverifiable_detail: outcome.detail,
        ...(outcome.index === undefined ? {} : { unverifiable_index: outcome.index }),
        verified_at,
      };
  }
}

export function reportExit(report: EvidenceReport): ExitName {
  if (report.outcome === 'verified') return 'ok';
  return report.outcome === 'failed' ? 'checkFailed' : 'checkIncomplete';
}

const METHODS = {
  download: 'downloaded and recomputed here',
  file: 'recomputed here from the file, no connection made',
  server: 'the word of the control plane; nothing was recomputed here',
} as const;

export function reportView(report: EvidenceReport): View {
  const why = report.breach_detail ?? report['unverifiable_detail'];
  return {
    kind: 'record',
    fields: [
      { label: 'Evidence', value: report.outcome, kind: 'state' },
      { label: 'How', value: METHODS[report.method] },
      { label: 'Records', value: report.records_checked, kind: 'number' },
      { label: 'Chain head', value: report.chain_head, kind: 'number' },
      ...(report['head_checked'] === false
        ? [{ label: 'Note', value: 'no signed head: records missing at the end would go unnoticed' }]
        : []),
      ...(report['breach_index'] === null || report['breach_index'] === undefined
        ? []
        : [{ label: 'First bad record', value: report['breach_index'] }]),
      ...(why ? [{ label: 'Why', value: why }] : []),
      ...(report['held_against']
        ? [
            {
              label: 'Held against',
              value: `${String(report['held_against'])}, the end seen last time; remove it only if this control plane was set up anew`,
            },
          ]
        : []),
    ],
  };
}
