import type { Permit } from '../call.js';
import { endsWith } from './result.js';

const AsyncGeneratorFunction = Object.getPrototypeOf(async function* () {}).constructor as {
  prototype: object;
};
const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor as { prototype: object };

export function isGeneratorFunction(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    (AsyncGeneratorFunction.prototype.isPrototypeOf(value) ||
      GeneratorFunction.prototype.isPrototypeOf(value))
  );
}

export type Streamed = AsyncGenerator<unknown, unknown, unknown> | Generator<unknown, unknown, unknown>;

/**
 * Forwards a generator, with values passed in, early returns and throws, and reports how it ended. Nothing of
 * what passes through is kept. Source: SDK behaviour 8.4.
 */
export async function* forwardGenerator(
  inner: Streamed,
  permit: Permit,
  inContext: <Result>(work: () => Result) => Result,
): AsyncGenerator<unknown, unknown, unknown> {
  const end = endsWith(permit);
  let finished = false;
  try {
    let step = await inContext(() => inner.next());
    for (;;) {
      if (step.done === true) {
        finished = true;
        end.exhausted();
        return step.value;
      }
      let sent: unknown;
      let thrown: { readonly error: unknown } | undefined;
      try {
        sent = yield step.value;
      } catch (error) {
        thrown = { error };
      }
      const failure = thrown;
      step = await inContext(() => (failure === undefined ? inner.next(sent) : inner.throw(failure.error)));
    }
  } catch (error) {
    finished = true;
    end.failed(error);
    throw error;
  } finally {
    if (!finished) {
      end.left();
      await inContext(() => inner.return(undefined));
    }
  }
}

/** A result that is still being produced: its POST event belongs at its end. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.asyncIterator in value &&
    typeof value[Symbol.asyncIterator] === 'function'
  );
}

/**
 * Watches an async iterable (web streams included) through a proxy, so that the caller keeps the object with
 * all its own methods. A web stream read through its reader is passed through a counting transform instead.
 */
export function watchIterable(value: AsyncIterable<unknown>, permit: Permit): AsyncIterable<unknown> {
  if (value instanceof ReadableStream) return watchWebStream(value, permit);
  const end = endsWith(permit);
  const iterate = () => watchIterator(value[Symbol.asyncIterator](), end);
  return new Proxy(value, {
    get(target, key) {
      if (key === Symbol.asyncIterator) return iterate;
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return key === 'next' || key === 'return' || key === 'throw'
        ? watchStep(target, key, member, end)
        : member.bind(target);
    },
  });
}

type End = ReturnType<typeof endsWith>;

function watchIterator(inner: AsyncIterator<unknown>, end: End): AsyncIterableIterator<unknown> {
  const outer: AsyncIterableIterator<unknown> = {
    async next(...args) {
      try {
        const step = await inner.next(...args);
        if (step.done === true) end.exhausted();
        return step;
      } catch (error) {
        end.failed(error);
        throw error;
      }
    },
    async return(value) {
      end.left();
      return (await inner.return?.(value)) ?? { done: true, value };
    },
    async throw(error: unknown) {
      end.failed(error);
      if (inner.throw === undefined) throw error;
      return inner.throw(error);
    },
    [Symbol.asyncIterator]: () => outer,
  };
  return outer;
}

// An async generator object is its own iterator: its steps are watched where the caller takes them.
function watchStep(target: object, key: string, member: Function, end: End): unknown {
  return async (...args: unknown[]) => {
    try {
      const step: unknown = await Reflect.apply(member, target, args);
      if (key === 'return') end.left();
      else if (typeof step === 'object' && step !== null && 'done' in step && step.done === true)
        end.exhausted();
      return step;
    } catch (error) {
      end.failed(error);
      throw error;
    }
  };
}

function watchWebStream(stream: ReadableStream<unknown>, permit: Permit): ReadableStream<unknown> {
  const end = endsWith(permit);
  const reader = stream.getReader();
  return new ReadableStream<unknown>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          end.exhausted();
          controller.close();
        } else controller.enqueue(value);
      } catch (error) {
        end.failed(error);
        controller.error(error);
      }
    },
    async cancel(reason) {
      end.left();
      await reader.cancel(reason);
    },
  });
}
