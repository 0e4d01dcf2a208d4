import type { ChildProcess } from 'node:child_process';
import { signalGroup } from './process-group.js';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Hands our signals to the child, each once, and keeps this process alive until the child has ended. On a
 * terminal the child shares our foreground group: the terminal already signals it for Ctrl-C and hang-up, and
 * only SIGTERM is ours to forward. Begins before the child is started, so that no signal falls between.
 */
export class SignalForwarding {
  #child: ChildProcess | undefined;
  #early: NodeJS.Signals[] = [];
  readonly #handlers: readonly [NodeJS.Signals, () => void][];

  constructor(private readonly ownGroup: boolean) {
    this.#handlers = FORWARDED.map((signal) => [signal, () => this.#forward(signal)]);
    for (const [signal, handler] of this.#handlers) process.on(signal, handler);
    process.on('exit', this.#killChild);
  }

  attach(child: ChildProcess): void {
    this.#child = child;
    for (const signal of this.#early.splice(0)) this.#forward(signal);
  }

  stop(): void {
    for (const [signal, handler] of this.#handlers) process.removeListener(signal, handler);
    process.removeListener('exit', this.#killChild);
  }

  #forward(signal: NodeJS.Signals): void {
    const child = this.#child;
    if (child === undefined) this.#early.push(signal);
    else if (this.ownGroup) signalGroup(child, signal);
    else if (signal === 'SIGTERM') child.kill(signal);
  }

  /** We end before the child only by a failure of our own; nothing ungoverned may stay behind. */
  readonly #killChild = (): void => {
    if (this.#child === undefined) return;
    if (this.ownGroup) signalGroup(this.#child, 'SIGKILL');
    else this.#child.kill('SIGKILL');
  };
}
