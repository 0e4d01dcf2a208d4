import { isDeepStrictEqual } from 'node:util';
import type { Permit } from '../../call.js';
import { ThothPolicyViolation } from '../../errors.js';
import type { Session } from '../../session.js';
import { seenBySdk, toolCallId } from '../../tool-call-id.js';
import type { JsonObject } from '../../vocabulary.js';
import { errorResult, resultFacts } from '../../wrap/result.js';

/** A tool call of Claude as its callbacks and hooks describe it. */
export interface AskedCall {
  readonly toolName: string;
  readonly input: JsonObject;
  /** Absent for agents that predate it; such a call cannot be recognised again. */
  readonly id: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Verdict =
  | { readonly allowed: true; readonly input: JsonObject; readonly modified: boolean }
  | { readonly allowed: false; readonly message: string };

interface OpenCall {
  readonly toolName: string;
  /** The input that was checked, and the one the decision left. Both our own: the program's it may write to. */
  readonly asked: JsonObject;
  readonly verdict: Promise<Verdict>;
  permit?: Permit;
  started: boolean;
}

/** Calls that never end (denied by a permission rule after our check) must not pile up. */
const OPEN_CALLS = 1000;

/**
 * The calls under way in one agent. The hook before a tool and the permission callback both ask here, in this
 * order; the same call gives one check, a call whose input was changed in between gives another.
 */
export class AgentCalls {
  readonly #open = new Map<string, OpenCall>();

  constructor(readonly session: Session) {}

  async decide(asked: AskedCall): Promise<Verdict> {
    const input = ownCopy(asked.input);
    if (input === undefined) {
      return { allowed: false, message: 'Thoth could not check the call (its input is not JSON)' };
    }
    const verdict = await this.#verdict({ ...asked, input });
    return verdict.allowed ? { ...verdict, input: structuredClone(verdict.input) } : verdict;
  }

  async #verdict(call: AskedCall): Promise<Verdict> {
    const known = call.id === undefined ? undefined : this.#open.get(call.id);
    if (known !== undefined && known.toolName === call.toolName) {
      const verdict = await known.verdict;
      const final = verdict.allowed ? verdict.input : known.asked;
      if (isDeepStrictEqual(call.input, known.asked) || isDeepStrictEqual(call.input, final)) return verdict;
    }
    const fresh: { permit?: Permit } = {};
    const verdict = this.#ask(call, fresh);
    if (call.id !== undefined) {
      const { toolName, input } = call;
      this.#remember(call.id, Object.assign(fresh, { toolName, asked: input, verdict, started: false }));
    }
    return verdict;
  }

  /** The call goes to the tool now. */
  started(id: string | undefined): void {
    const call = id === undefined ? undefined : this.#open.get(id);
    if (call === undefined || call.started) return;
    call.started = true;
    call.permit?.started();
  }

  /** The program itself denied a call that the policy had allowed. */
  deniedByCaller(call: AskedCall): void {
    if (call.id !== undefined) this.#open.delete(call.id);
    this.session.recordRefusal(call.toolName);
  }

  finished(id: string, result: { readonly response: unknown } | { readonly failed: true }): void {
    this.started(id);
    const permit = this.#open.get(id)?.permit;
    this.#open.delete(id);
    permit?.finished(
      'failed' in result
        ? { outcome: 'error', errorName: 'ToolFailure' }
        : { outcome: 'success', ...resultFacts(result.response) },
    );
  }

  /** Never throws: an error in a hook would let the tool run. */
  async #ask(call: AskedCall, holder: { permit?: Permit }): Promise<Verdict> {
    const metadata = seenBySdk(toolCallId(call.id));
    try {
      const permit = await this.session.authorize({
        toolName: call.toolName,
        values: [call.input],
        mapModified: (modified) => applied(call.input, modified),
        ...(metadata === undefined ? {} : { metadata }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
      holder.permit = permit;
      const [replaced] = permit.replacedArguments ?? [];
      return { allowed: true, input: asInput(replaced) ?? call.input, modified: replaced !== undefined };
    } catch (error) {
      const refused = error instanceof ThothPolicyViolation;
      return {
        allowed: false,
        message: refused ? error.message : `Thoth could not check the call (${errorResult(error).errorName})`,
      };
    }
  }

  #remember(id: string, call: OpenCall): void {
    this.#open.set(id, call);
    if (this.#open.size <= OPEN_CALLS) return;
    for (const oldest of this.#open.keys()) {
      this.#open.delete(oldest);
      return;
    }
  }
}

/** Never throws: undefined for what no agent sends. */
function ownCopy(input: JsonObject): JsonObject | undefined {
  try {
    return structuredClone(input);
  } catch {
    return undefined;
  }
}

/** The new input; a value wrapped as `{input: {…}}` is unwrapped unless the tool has such a parameter. */
function applied(original: JsonObject, modified: JsonObject): readonly unknown[] {
  const inner = asInput(modified['input']);
  const wrapped =
    inner !== undefined && Object.keys(modified).length === 1 && !Object.hasOwn(original, 'input');
  return [{ ...(wrapped ? inner : modified) }];
}

function asInput(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}
