import type { Permit } from '../../sdk/call.js';
import { ThothPolicyViolation } from '../../sdk/errors.js';
import { isJsonObject } from '../../sdk/vocabulary.js';
import type { ToolCallMessage } from './client-message.js';
import { Deciding, DecidingCalls } from './deciding-calls.js';
import type { Governance } from './governance.js';
import { lostCallResult, refusedResult, ruledOutResult, waitingProgress } from './replies.js';
import { rewriteArguments } from './rewrite-arguments.js';

const PROGRESS_INTERVAL_MS = 5000;

const CHANGED_TOOL =
  'its description changed since it was approved; a person can look at it with `thothctl mcp pins diff` and approve it';

/** The way of one call: how its client is told of it, and how it reaches its server. Messages come without framing. */
export interface CallRoute {
  /** In words why the server can no longer be reached: `exited with code 1`. */
  serverGone(): string | undefined;
  /** Gives the client the one answer to the call. */
  answer(message: string): void;
  /** Tells the client that the call still waits; may be left out when the client does not read. */
  tell(message: string): void;
  /** Hands the call to the server, changed if the decision says so. */
  forward(message: Buffer, permit: Permit): void;
}

/** Decides tool calls, each on its own: one that waits for an approver holds up nothing but itself. */
export class CallGovernor {
  readonly #deciding: DecidingCalls;

  constructor(
    private readonly governance: Governance,
    /** Told when room for further calls is free again. */
    onRoom: () => void,
  ) {
    this.#deciding = new DecidingCalls(onRoom);
  }

  /** True while no more calls should be taken. */
  get full(): boolean {
    return this.#deciding.full;
  }

  /** True while the call of this key waits for its decision. */
  has(key: string): boolean {
    return this.#deciding.get(key) !== undefined;
  }

  /** Decides a call and then answers or forwards it. `key` must be free, and names the call until then. */
  govern(key: string, call: ToolCallMessage, message: Buffer, route: CallRoute): void {
    if (this.governance.tools.isQuarantined(call.name)) {
      this.ruleOut(call, 'tool_definition_changed', CHANGED_TOOL, route);
    } else void this.#decide(key, call, message, route);
  }

  /** Refuses a call by a rule of the proxy itself; the policy is not asked. */
  ruleOut(call: ToolCallMessage, reasonCode: string, why: string, route: CallRoute): void {
    const { session, account } = this.governance;
    session.recordRefusal(call.name, reasonCode);
    route.answer(ruledOutResult(call, reasonCode, why));
    const { name: tool, toolCallId } = call;
    const decided = { surface: 'mcp', tool, decision: 'BLOCK', reasonCode, source: 'proxy' } as const;
    account.decided({ ...decided, toolCallId, durationMs: 0, held: false });
  }

  /** Voids a call that has not reached its server; it is not answered. False when there is none. */
  cancel(key: string): boolean {
    const deciding = this.#deciding.get(key);
    deciding?.cancel();
    return deciding !== undefined;
  }

  voidHeld(): void {
    this.#deciding.voidHeld();
  }

  voidAll(): void {
    this.#deciding.voidAll();
  }

  /** Settles when no call waits for a decision any more. */
  quiet(): Promise<void> {
    return this.#deciding.quiet();
  }

  async #decide(key: string, call: ToolCallMessage, message: Buffer, route: CallRoute): Promise<void> {
    const deciding = new Deciding(message.length);
    this.#deciding.add(key, deciding);
    let progress: NodeJS.Timeout | undefined;
    try {
      const { metadata } = this.governance;
      const permit = await this.governance.session.authorize({
        toolName: call.name,
        values: call.args === undefined ? [] : [call.args],
        mapModified: (modified) => [modified],
        metadata: call.toolCallId === undefined ? metadata : { ...metadata, tool_call_id: call.toolCallId },
        signal: deciding.signal,
        onHold: () => {
          this.#deciding.hold(deciding);
          progress = tellProgress(call, route);
        },
      });
      this.#account(call, deciding, permit.decision, permit);
      if (!deciding.cancelled) forward(call, message, permit, route);
    } catch (error) {
      if (!deciding.cancelled) route.answer(refusal(call, error, route));
      this.#account(call, deciding, 'BLOCK', error);
    } finally {
      clearInterval(progress);
      this.#deciding.remove(key, deciding);
    }
  }

  #account(call: ToolCallMessage, deciding: Deciding, decision: string, outcome: unknown): void {
    const violation = outcome instanceof ThothPolicyViolation ? outcome : undefined;
    this.governance.account.decided({
      surface: 'mcp',
      tool: call.name,
      toolCallId: call.toolCallId,
      decision: deciding.cancelled
        ? 'CANCELLED'
        : violation?.authorizationDecision === 'DEFER'
          ? 'DEFER'
          : decision,
      reasonCode: violation?.decisionReasonCode,
      source: violation?.source,
      violationId: violation?.violationId,
      attestationId: isPermit(outcome) ? outcome.attestationId : violation?.actionAttestationId,
      durationMs: deciding.age,
      held: deciding.held,
    });
  }
}

function forward(call: ToolCallMessage, message: Buffer, permit: Permit, route: CallRoute): void {
  const gone = route.serverGone();
  if (gone !== undefined) {
    route.answer(lostCallResult(call, gone));
    return;
  }
  const [changed] = permit.replacedArguments ?? [];
  route.forward(isJsonObject(changed) ? rewriteArguments(message, call, changed) : message, permit);
}

function refusal(call: ToolCallMessage, error: unknown, route: CallRoute): string {
  const gone = route.serverGone();
  return gone === undefined ? refusedResult(call, error) : lostCallResult(call, gone);
}

function tellProgress({ progressToken }: ToolCallMessage, route: CallRoute): NodeJS.Timeout | undefined {
  if (progressToken === undefined) return undefined;
  let step = 0;
  const tell = (): void => {
    step += 1;
    route.tell(waitingProgress(progressToken, step));
  };
  tell();
  return setInterval(tell, PROGRESS_INTERVAL_MS);
}

function isPermit(value: unknown): value is Permit {
  return typeof value === 'object' && value !== null && 'attestationId' in value && 'started' in value;
}
