import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { linesOf, requestId, SlowReader, source, trickle } from './wires.js';

/** A server that answers whatever has a method and an id, says other things in between, and remembers every byte. */
export class StubServer {
  readonly stdin: SlowReader;
  readonly stdout: Readable = source();
  readonly sent: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #saying = Promise.resolve();
  #answers = 0;

  constructor(
    private readonly roll: () => number,
    private readonly noise: Buffer[],
  ) {
    this.stdin = new SlowReader(roll, 4, (chunk) => this.#receive(chunk));
    this.stdin.on('finish', () => void this.#end());
  }

  get received(): Buffer[] {
    return linesOf(this.stdin.bytes);
  }

  #receive(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let cut; (cut = this.#rest.indexOf(0x0a)) !== -1; this.#rest = this.#rest.subarray(cut + 1)) {
      const id = requestId(this.#rest.subarray(0, cut).toString('utf8'));
      if (id === undefined) continue;
      this.#answers += 1;
      const result = `{"nth":${this.#answers},"text":"é\\u2028🙂 ${' '.repeat(Math.floor(this.roll() * 90))}"}`;
      this.#say(Buffer.from(`{"jsonrpc":"2.0", "id":${id},"result":${result}}\n`));
      const aside = this.roll() < 0.5 ? this.noise.pop() : undefined;
      if (aside !== undefined) this.#say(aside);
    }
  }

  #say(line: Buffer): void {
    this.sent.push(line);
    this.#saying = this.#saying.then(() => trickle(this.stdout, line, this.roll));
  }

  async #end(): Promise<void> {
    for (const line of this.noise.splice(0)) this.#say(line);
    await this.#saying;
    await turn();
    this.stdout.push(null);
  }
}
