import type { ActionClass, DecisionWord, JsonObject } from '../types.js';

/** One rule, policy or directive that holds for a call. */
export interface Hit {
  readonly effect: DecisionWord | 'FLAG' | 'WAIVE';
  readonly ruleId: string;
  readonly namesTool: boolean;
  readonly reason?: string | undefined;
  readonly reasonCode?: string | undefined;
  /** Rewritten arguments of a MODIFY. */
  readonly args?: JsonObject | undefined;
  /** Rules a WAIVE sets aside, as decisions name them. */
  readonly waives?: readonly string[] | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly actionClass?: ActionClass | undefined;
}
