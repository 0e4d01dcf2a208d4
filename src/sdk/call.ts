import type { JsonObject } from './vocabulary.js';

/** One tool call about to happen, in the form every interception surface turns it into. */
export interface GovernedCall {
  /** The name the model sees; never empty. */
  readonly toolName: string;
  /** Arguments in call order, as the tool would get them. */
  readonly values: readonly unknown[];
  /**
   * Arguments for a MODIFY decision, undefined when it cannot be applied. Absent: the mapping rules for
   * function calls (positional, map, single).
   */
  readonly mapModified?: (modified: JsonObject) => readonly unknown[] | undefined;
  /**
   * The call as it stands now, for callers that keep its arguments and can change them while it is decided: what was
   * judged runs, or nothing does.
   */
  readonly current?: () => Pick<GovernedCall, 'toolName' | 'values'>;
  /** Members added to the request's metadata: what this surface alone knows of the call. */
  readonly metadata?: JsonObject;
  /** Voids the call while it waits for a decision or an approver. */
  readonly signal?: AbortSignal;
  /** Told once when the call begins to wait for an approver. */
  readonly onHold?: (hold: Hold) => void;
}

/** What a surface may know and do about a held call. */
export interface Hold {
  readonly token: string;
  readonly reason: string | undefined;
  readonly budgetMs: number;
  /** Present when the tenant lets the session's own user answer; an approver may all the same. */
  readonly ownAnswer: OwnAnswer | undefined;
}

export interface OwnAnswer {
  /** An answer that comes sooner after the question is no person's. Milliseconds. */
  readonly minimumMs: number;
  /** Gives the user's answer. False when the enforcer does not take it; the wait goes on either way. */
  give(answer: 'approve' | 'decline', channel: AnswerChannel): Promise<boolean>;
}

/** Kind of question of the protocol the user was asked by. */
type AnswerChannel = 'elicitation' | 'input_required' | 'task';

/** How a permitted call ended, for its POST event. */
export interface CallResult {
  readonly outcome: 'success' | 'error' | 'partial';
  readonly resultType?: string;
  readonly resultSizeBytes?: number;
  /** Class name of the error; never its message. */
  readonly errorName?: string;
}

/** Leave to run one call. */
export interface Permit {
  readonly decision: 'ALLOW' | 'MODIFY';
  /** Names the call in requests, events and evidence. */
  readonly attestationId: string;
  /** The decision of another surface that saw the call before; there is no second record. */
  readonly joinedDecisionId: string | undefined;
  /** Arguments that replace the original ones, when the decision was MODIFY. */
  readonly replacedArguments: readonly unknown[] | undefined;
  /** Must be called when the tool starts: it enters the session history. */
  started(): void;
  /** Must be called once when the tool has ended. Queues the POST event and returns at once. */
  finished(result: CallResult): void;
}
