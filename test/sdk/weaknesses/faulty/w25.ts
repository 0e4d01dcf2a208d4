import { PlainAdapter, type Args, type Fn, type PlainSession } from '../plain-adapter.js';

/** A stream is read to its end, kept and played back. */
export class Faulty extends PlainAdapter {
  protected override async *stream(session: PlainSession, name: string, fn: Fn, args: Args): AsyncGenerator {
    const chunks: unknown[] = [];
    const run = async (): Promise<void> => {
      for await (const chunk of Reflect.apply(fn, undefined, args) as AsyncGenerator) chunks.push(chunk);
    };
    await this.call(session, name, args, run);
    yield* chunks;
  }
}
