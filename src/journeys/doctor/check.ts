/** `failed` needs a repair; `unknown` could not be found out; `skipped` does not apply here. */
type CheckState = 'ok' | 'failed' | 'unknown' | 'skipped';

export interface Check {
  readonly check: string;
  readonly state: CheckState;
  /** What was found, one line, no secret in it. */
  readonly result: string;
  /** What to do about it. */
  readonly fix?: string;
}

export interface DoctorReport {
  readonly checks: readonly Check[];
  readonly failed: number;
  readonly unknown: number;
}

export function summarise(checks: readonly Check[]): DoctorReport {
  return {
    checks,
    failed: checks.filter(({ state }) => state === 'failed').length,
    unknown: checks.filter(({ state }) => state === 'unknown').length,
  };
}

export function doctorExit(report: DoctorReport): 'ok' | 'checkFailed' | 'checkIncomplete' {
  if (report.failed > 0) return 'checkFailed';
  return report.unknown > 0 ? 'checkIncomplete' : 'ok';
}
