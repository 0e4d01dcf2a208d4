import type { EngineRequest, SessionFacts } from '../types.js';

const PER_VIOLATION = 0.2;
const PER_REPEAT = 0.02;
const UNREMARKABLE_REPEATS = 10;

/**
 * 0 (calm) to 1, at most four decimals. Grows with violations of the session and with heavy repetition of one
 * tool. A score the caller reports (`metadata.behavioral_score`) can raise it, never lower it: an agent
 * must not vouch for itself.
 */
export function behavioralScore(request: EngineRequest, session: SessionFacts): number {
  const repeats = Math.max(0, session.callsOfThisTool - UNREMARKABLE_REPEATS);
  const observed = PER_VIOLATION * session.violations + PER_REPEAT * repeats;
  const reported = request.metadata?.['behavioral_score'];
  const claimed = typeof reported === 'number' && Number.isFinite(reported) ? reported : 0;
  return Math.round(Math.min(1, Math.max(observed, claimed, 0)) * 10_000) / 10_000;
}
