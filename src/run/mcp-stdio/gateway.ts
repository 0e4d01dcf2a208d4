import type { Permit } from '../../sdk/call.js';
import { ThothPolicyViolation } from '../../sdk/errors.js';
import { isJsonObject } from '../../sdk/vocabulary.js';
import type { ByteSink } from './byte-sink.js';
import {
  classifyClientLine,
  INVALID_REQUEST,
  PARSE_ERROR,
  type ToolCallMessage,
} from '../mcp/client-message.js';
import { Deciding, DecidingCalls } from '../mcp/deciding-calls.js';
import { LineFramer } from './line-framer.js';
import {
  errorReply,
  lostCallResult,
  refusedResult,
  ruledOutResult,
  waitingProgress,
} from '../mcp/replies.js';
import { rewriteArguments } from '../mcp/rewrite-arguments.js';
import type { Governance } from '../mcp/governance.js';
import { ServerOutput } from './server-output.js';
import { ServerReplies } from './server-replies.js';

const PROGRESS_INTERVAL_MS = 5000;

const CHANGED_TOOL =
  'its description changed since it was approved; a person can look at it with `thothctl mcp pins diff` and approve it';
const TOO_MANY = 'too many calls are open at this server; wait for some of them';

/**
 * Stands between an MCP client and its server on stdio. Each `tools/call` is decided; everything else travels
 * on as its original bytes, in order. A call that waits for an approver holds up nothing but itself.
 */
export class McpGateway {
  readonly #output: ServerOutput;
  readonly #framer = new LineFramer();
  readonly #replies: ServerReplies;
  readonly #deciding: DecidingCalls;
  #gone: string | undefined;

  constructor(
    private readonly governance: Governance,
    private readonly server: ByteSink,
    client: ByteSink,
    /** Told when room for further calls is free again. */
    onRoom: () => void,
  ) {
    const { account, tools, redactor } = governance;
    this.#replies = new ServerReplies(account);
    this.#output = new ServerOutput(client, this.#replies, tools, redactor);
    this.#deciding = new DecidingCalls(onRoom);
  }

  /** True while no more should be read from the client. */
  get congested(): boolean {
    return this.server.full || this.#output.backlogged || this.#deciding.full;
  }

  fromClient(chunk: Buffer): void {
    this.server.together(() => this.#framer.push(chunk, (line) => this.#clientLine(line)));
  }

  fromServer(chunk: Buffer): void {
    this.#output.push(chunk);
  }

  /** The client closed its side: calls under decision are settled, held ones voided, then the server's side ends. */
  async clientEnded(): Promise<void> {
    const rest = this.#framer.rest();
    if (rest !== undefined) this.#clientLine(Buffer.concat([rest, Buffer.from('\n')]));
    this.#deciding.voidHeld();
    await this.quiet();
    this.server.end();
  }

  /** The server is gone: every request that it left open is answered, so that no client waits for ever. */
  serverEnded(why: string): void {
    this.#gone = why;
    this.#output.end(why);
    this.#deciding.voidAll();
  }

  /** Settles when no call waits for a decision any more. */
  quiet(): Promise<void> {
    return this.#deciding.quiet();
  }

  #clientLine(line: Buffer | undefined): void {
    if (line === undefined) {
      this.#output.inject(errorReply('null', PARSE_ERROR, 'the message is too long'));
      return;
    }
    const message = classifyClientLine(line);
    switch (message.kind) {
      case 'refused':
        this.#output.inject(errorReply(message.id, message.code, `refused by Thoth: ${message.message}`));
        return;
      case 'cancelled':
        this.#cancelled(message.key, line);
        return;
      case 'request':
        this.#replies.expectReply(message.key, message.id);
        this.server.write(line);
        return;
      case 'other':
        this.server.write(line);
        return;
      case 'tool-call':
        this.#call(message, line);
    }
  }

  #call(call: ToolCallMessage, line: Buffer): void {
    if (this.#deciding.get(call.key) !== undefined || this.#replies.has(call.key)) {
      const text = 'refused by Thoth: the id is in use by another request';
      this.#output.inject(errorReply(call.id, INVALID_REQUEST, text));
    } else if (this.#replies.full) this.#ruleOut(call, 'too_many_open_calls', TOO_MANY);
    else if (this.governance.tools.isQuarantined(call.name)) {
      this.#ruleOut(call, 'tool_definition_changed', CHANGED_TOOL);
    } else void this.#govern(call, line);
  }

  /** A call that has not reached the server is voided and not answered; any other cancellation is the server's. */
  #cancelled(key: string, line: Buffer): void {
    const deciding = this.#deciding.get(key);
    if (deciding === undefined) {
      this.#replies.forget(key);
      this.server.write(line);
    } else deciding.cancel();
  }

  async #govern(call: ToolCallMessage, line: Buffer): Promise<void> {
    const deciding = new Deciding(line.length);
    this.#deciding.add(call.key, deciding);
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
          progress = this.#tellProgress(call);
        },
      });
      this.#account(call, deciding, permit.decision, permit);
      if (!deciding.cancelled) this.#forward(call, line, permit);
    } catch (error) {
      if (!deciding.cancelled) this.#refuse(call, error);
      this.#account(call, deciding, 'BLOCK', error);
    } finally {
      clearInterval(progress);
      this.#deciding.remove(call.key, deciding);
    }
  }

  #forward(call: ToolCallMessage, line: Buffer, permit: Permit): void {
    if (this.#gone !== undefined) {
      this.#output.inject(lostCallResult(call, this.#gone));
      return;
    }
    const [changed] = permit.replacedArguments ?? [];
    this.#replies.expectResult(call.key, call, permit, line.length);
    permit.started();
    this.server.write(isJsonObject(changed) ? rewriteArguments(line, call, changed) : line);
  }

  #refuse(call: ToolCallMessage, error: unknown): void {
    this.#output.inject(
      this.#gone === undefined ? refusedResult(call, error) : lostCallResult(call, this.#gone),
    );
  }

  /** A call that a rule of the proxy itself refuses; the policy is not asked. */
  #ruleOut(call: ToolCallMessage, reasonCode: string, why: string): void {
    const { session, account } = this.governance;
    session.recordRefusal(call.name, reasonCode);
    this.#output.inject(ruledOutResult(call, reasonCode, why));
    const { name: tool, toolCallId } = call;
    const decided = { surface: 'mcp', tool, decision: 'BLOCK', reasonCode, source: 'proxy' } as const;
    account.decided({ ...decided, toolCallId, durationMs: 0, held: false });
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

  #tellProgress({ progressToken }: ToolCallMessage): NodeJS.Timeout | undefined {
    if (progressToken === undefined) return undefined;
    let step = 0;
    const tell = (): void => {
      step += 1;
      if (!this.#output.backlogged) this.#output.inject(waitingProgress(progressToken, step));
    };
    tell();
    return setInterval(tell, PROGRESS_INTERVAL_MS);
  }
}

function isPermit(value: unknown): value is Permit {
  return typeof value === 'object' && value !== null && 'attestationId' in value && 'started' in value;
}
