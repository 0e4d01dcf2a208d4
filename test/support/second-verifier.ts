import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../verifier/verify.mjs', import.meta.url));

export interface SecondOpinion {
  readonly outcome: 'verified' | 'failed' | 'unverifiable';
  readonly index?: number;
  readonly reason?: string;
  readonly records?: number;
  /** Number of receipts found on the chain, each exactly once. */
  readonly receipts?: number;
}

/** Runs the independent verifier as a process of its own, as an auditor would. */
export async function secondOpinion(exportFile: string, ...options: string[]): Promise<SecondOpinion> {
  const run = promisify(execFile)(process.execPath, [PROGRAM, exportFile, ...options]);
  // Outcomes other than verified have exit codes of their own; the answer is on stdout all the same.
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return JSON.parse(stdout) as SecondOpinion;
}
