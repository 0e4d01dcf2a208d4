import { currentCall, isInnerEntry, runInCall, type CallContext } from '../async-context.js';
import type { GovernedCall, Permit } from '../call.js';
import { ThothPolicyViolation } from '../errors.js';
import type { Session } from '../session.js';
import { callShape, type CallShape } from './call-shape.js';
import { seenBySdk } from '../tool-call-id.js';
import type { AnyFunction } from './entry-points.js';
import { errorResult, resultFacts } from './result.js';
import {
  forwardGenerator,
  isAsyncIterable,
  isGeneratorFunction,
  watchIterable,
  type Streamed,
} from './streams.js';

/** Leads from a governed function back to the one it governs, also across copies of this package. */
const ORIGINAL = Symbol.for('thothctl.sdk.original');

export interface WrapTarget {
  readonly toolName: string;
  /** Identity of the tool, shared by all its entry points. */
  readonly tool: object;
  readonly entry: string;
}

/** The function behind a governed one; the function itself when it is not governed. */
export function originalOf(fn: AnyFunction): AnyFunction {
  const original: unknown = Reflect.get(fn, ORIGINAL);
  return typeof original === 'function' ? (original as AnyFunction) : fn;
}

/**
 * Returns `fn` governed by the session: same `this`, name, length and extra properties. Governing a governed
 * function again replaces the session instead of checking twice. A generator function becomes an async
 * generator function, any other function an async one.
 */
export function governFunction(fn: AnyFunction, target: WrapTarget, session: Session): AnyFunction {
  const original = originalOf(fn);
  const governed: AnyFunction = isGeneratorFunction(original)
    ? governGenerator(original, target, session)
    : governPlain(original, target, session);
  copyProperties(original, governed);
  Object.defineProperty(governed, ORIGINAL, { value: original });
  return governed;
}

function governPlain(original: AnyFunction, target: WrapTarget, session: Session): AnyFunction {
  return async function (this: unknown, ...args: unknown[]): Promise<unknown> {
    if (isInnerEntry(target.tool, target.entry)) return Reflect.apply(original, this, args);
    const shape = callShape(target.tool, target.entry, args);
    let permit: Permit;
    try {
      permit = await session.authorize(asked(target, args, shape));
    } catch (error) {
      if (shape.refused !== undefined && error instanceof ThothPolicyViolation) return shape.refused(error);
      throw error;
    }
    const context = callContext(session, target);
    permit.started();
    let result: unknown;
    try {
      result = await runInCall(context, () => Reflect.apply(original, this, effective(args, shape, permit)));
    } catch (error) {
      permit.finished(errorResult(error));
      throw error;
    } finally {
      context.active = false;
    }
    if (isAsyncIterable(result)) return watchIterable(result, permit);
    permit.finished({ outcome: 'success', ...resultFacts(result) });
    return result;
  };
}

function governGenerator(original: AnyFunction, target: WrapTarget, session: Session): AnyFunction {
  return async function* (this: unknown, ...args: unknown[]): AsyncGenerator<unknown, unknown, unknown> {
    if (isInnerEntry(target.tool, target.entry)) {
      return yield* Reflect.apply(original, this, args) as Streamed;
    }
    const shape = callShape(target.tool, target.entry, args);
    const permit = await session.authorize(asked(target, args, shape));
    const context = callContext(session, target);
    permit.started();
    try {
      const inContext = <Result>(work: () => Result): Result => runInCall(context, work);
      const inner = inContext(() =>
        Reflect.apply(original, this, effective(args, shape, permit)),
      ) as Streamed;
      return yield* forwardGenerator(inner, permit, inContext);
    } finally {
      context.active = false;
    }
  };
}

function asked(target: WrapTarget, args: readonly unknown[], shape: CallShape): GovernedCall {
  const metadata = seenBySdk(shape.toolCallId);
  const named = ({ toolName, values }: CallShape): Pick<GovernedCall, 'toolName' | 'values'> => ({
    toolName: toolName ?? target.toolName,
    values,
  });
  return {
    ...named(shape),
    current: () => named(callShape(target.tool, target.entry, args)),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function callContext(session: Session, target: WrapTarget): CallContext {
  return {
    session,
    tool: target.tool,
    entered: new Set([target.entry]),
    active: true,
    outer: currentCall(),
  };
}

function effective(args: readonly unknown[], shape: CallShape, permit: Permit): readonly unknown[] {
  return permit.replacedArguments === undefined ? args : shape.restore(permit.replacedArguments);
}

/** Name, length and everything a framework hung on the function (schema, description). */
function copyProperties(from: AnyFunction, to: AnyFunction): void {
  for (const key of Reflect.ownKeys(from)) {
    if (key === 'prototype' || key === 'arguments' || key === 'caller') continue;
    const descriptor = Object.getOwnPropertyDescriptor(from, key);
    if (descriptor !== undefined) Object.defineProperty(to, key, { ...descriptor, configurable: true });
  }
}
