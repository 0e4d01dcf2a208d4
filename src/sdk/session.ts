import { randomUUID } from 'node:crypto';
import { authorize } from './authorize.js';
import type { GovernedCall, Permit } from './call.js';
import type { ResolvedConfig } from './config/options.js';
import { sendCheck, type CheckOutcome } from './check.js';
import { fetchHold, type HoldReply } from './hold.js';
import { EVENT_LABELS } from './events/event.js';
import { isPermission, withoutPrefix } from './predicates/rules.js';
import type { Runtime } from './runtime.js';
import { SessionState } from './session-state.js';
import type { JsonObject } from './vocabulary.js';
import { withdrawHold } from './withdrawal.js';
import { wrapTool } from './wrap/tool.js';

export interface TokenUsage {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  readonly totalTokens?: number;
  readonly provider?: string;
  readonly modelName?: string;
}

const SDK_TOOL_NAME = 'thoth_sdk';

/** One run of one agent: its identity, its history and its token spend. Safe under concurrent calls. */
export class Session {
  readonly #state: SessionState;
  #tokens = 0;
  #closed = false;

  /** `start` is added to the metadata of the session's first event. */
  constructor(runtime: Runtime, start: JsonObject = {}) {
    this.#state = new SessionState(runtime);
    this.#state.config.logger.info(`session ${this.sessionId} of agent ${this.#state.config.agentId} begins`);
    this.#lifecycleEvent('LLM_INVOCATION', SDK_TOOL_NAME, EVENT_LABELS.sessionStart, start);
  }

  get sessionId(): string {
    return this.#state.sessionId;
  }

  get config(): ResolvedConfig {
    return this.#state.config;
  }

  /** Names of the tools run so far, oldest first; a copy. */
  get toolCalls(): readonly string[] {
    return [...this.#state.history()];
  }

  /** Lineage members of the metadata of requests; empty when nothing asks for them. */
  get lineage(): JsonObject {
    return this.#state.runtime.predicates.lineage;
  }

  get tokenSpend(): number {
    return this.#tokens;
  }

  isInScope(toolName: string): boolean {
    return this.config.approvedScope.includes(toolName);
  }

  /**
   * True when nothing the enforcer says can let the tool run: a local rule refuses it, or it is outside a scope that this
   * mode closes. False in observe mode, and while only the server knows the scope.
   */
  isOutOfReach(toolName: string): boolean {
    const { approvedScope, enforcement, sessionIntent } = this.config;
    if (enforcement === 'observe') return false;
    if (this.#state.runtime.predicates.check(toolName, sessionIntent) !== undefined) return true;
    if (enforcement !== 'block' || approvedScope.every((entry) => isPermission(entry))) return false;
    return !approvedScope.some((entry) => entry === toolName || withoutPrefix(entry) === toolName);
  }

  recordTokenSpend(usage: number | TokenUsage): void {
    const spend = typeof usage === 'number' ? { totalTokens: usage } : usage;
    const total = spend.totalTokens ?? (spend.promptTokens ?? 0) + (spend.completionTokens ?? 0);
    if (!Number.isFinite(total) || total < 0) return;
    this.#tokens += total;
    this.#lifecycleEvent('LLM_INVOCATION', SDK_TOOL_NAME, EVENT_LABELS.tokenSpend, {
      ...(spend.promptTokens === undefined ? {} : { prompt_tokens: spend.promptTokens }),
      ...(spend.completionTokens === undefined ? {} : { completion_tokens: spend.completionTokens }),
      total_tokens: total,
      ...(spend.provider === undefined ? {} : { provider: spend.provider }),
      ...(spend.modelName === undefined ? {} : { model_name: spend.modelName }),
    });
  }

  /** Records that the program itself refused a call, by its own rule or against leave of the policy. */
  recordRefusal(toolName: string, reasonCode = 'denied_by_caller'): void {
    const history = this.#state.historyWith(toolName);
    this.#state.emit(() => ({
      type: 'TOOL_CALL_BLOCK',
      toolName,
      content: EVENT_LABELS.block,
      history,
      metadata: {
        event_phase: 'block',
        authorization_decision: 'BLOCK',
        decision_reason_code: reasonCode,
        source: 'caller',
      },
    }));
  }

  /** Asks for leave to run one call; throws the refusal. The lowest-level entry, used by every surface. */
  authorize(call: GovernedCall): Promise<Permit> {
    return authorize(this.#state, call);
  }

  /**
   * Passes on a check that another SDK made, as its raw body. Local predicates apply; events are the other
   * SDK's to send. For surfaces that stand between an SDK and the enforcer.
   */
  askFor(body: JsonObject): Promise<CheckOutcome> {
    const { config, predicates, transport } = this.#state.runtime;
    const toolName = typeof body['tool_name'] === 'string' ? body['tool_name'] : '';
    const hit =
      config.enforcement === 'observe' ? undefined : predicates.check(toolName, config.sessionIntent);
    if (hit === undefined) return sendCheck(transport, config, body);
    const decision = { decision: 'BLOCK', decisionReasonCode: hit.code, reason: hit.reason } as const;
    const raw = { decision: 'BLOCK', decision_reason_code: hit.code, reason: hit.reason };
    return Promise.resolve({ kind: 'decision', decision, raw });
  }

  /** One poll of a hold on behalf of another SDK. */
  pollHold(holdToken: string): Promise<HoldReply> {
    const { config, transport } = this.#state.runtime;
    return fetchHold(transport, config, holdToken);
  }

  /** Gives up a hold on behalf of another SDK. */
  withdrawHold(holdToken: string): Promise<HoldReply> {
    const { config, transport } = this.#state.runtime;
    return withdrawHold(transport, config, holdToken);
  }

  /** Queues an event that another SDK made. */
  enqueueEvent(event: JsonObject): void {
    const id = event['event_id'];
    this.#state.runtime.queue?.enqueue({ ...event, event_id: typeof id === 'string' ? id : randomUUID() });
  }

  /** Opens the connection to the enforcer ahead of the first call. */
  warm(): Promise<void> {
    return this.#state.runtime.transport.warm();
  }

  /** Returns the tool (object or function) with every entry point governed by this session. */
  wrapTool<Tool extends object>(tool: Tool, name?: string): Tool {
    return wrapTool(tool, this, name);
  }

  /** Ends the session; further calls of its tools stay enforced. Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const spend = this.#tokens === 0 ? {} : { total_tokens: this.#tokens };
    this.#lifecycleEvent('TOOL_CALL_POST', 'session_end', EVENT_LABELS.sessionEnd, spend);
    this.config.logger.info(`session ${this.sessionId} ends`);
  }

  #lifecycleEvent(
    type: 'LLM_INVOCATION' | 'TOOL_CALL_POST',
    toolName: string,
    content: string,
    metadata: JsonObject,
  ): void {
    const history = this.#state.history();
    this.#state.emit(() => ({ type, toolName, content, metadata, history }));
  }
}
