import { bar } from './bar.js';
import type { Progress } from './port.js';
import { cleanLine } from './sanitise.js';

const SHOW_AFTER_MS = 200;

export const silentProgress: Progress = { update: () => {}, done: () => {}, fail: () => {} };

interface Spinner {
  text: string;
  stop(): unknown;
  succeed(text: string): unknown;
  fail(text: string): unknown;
}

function describe(label: string, started: number, done?: number, total?: number): string {
  if (done === undefined) return label;
  const seconds = (Date.now() - started) / 1000;
  const rate = seconds > 0.5 ? `, ${Math.round(done / seconds)}/s` : '';
  if (total === undefined) return `${label} (${done}${rate})`;
  return `${label} ${bar(done, total)} ${done}/${total}${rate}`;
}

/** Spinner on stderr for a terminal. Short work never shows it, so `ora` is loaded only once 200 ms have passed. */
export class SpinnerProgress implements Progress {
  readonly #started = Date.now();
  readonly #timer: NodeJS.Timeout;
  readonly #onEnd: () => void;
  #text: string;
  #spinner: Spinner | undefined;
  #ended = false;

  constructor(label: string, onEnd: () => void) {
    this.#text = cleanLine(label);
    this.#onEnd = onEnd;
    this.#timer = setTimeout(() => void this.#show(), SHOW_AFTER_MS);
    this.#timer.unref();
  }

  async #show(): Promise<void> {
    // A pseudo-terminal nobody sized says 0; the spinner would clear infinitely many lines of it.
    if (process.stderr.columns === 0) return;
    const { default: ora } = await import('ora');
    if (this.#ended) return;
    // Reading stdin to swallow key presses would eat input meant for a prompt or a child.
    this.#spinner = ora({ text: this.#text, stream: process.stderr, discardStdin: false }).start();
  }

  update(label: string, done?: number, total?: number): void {
    this.#text = cleanLine(describe(label, this.#started, done, total));
    if (this.#spinner) this.#spinner.text = this.#text;
  }

  done(label?: string): void {
    this.#end((spinner) => (label === undefined ? spinner.stop() : spinner.succeed(cleanLine(label))));
  }

  fail(label?: string): void {
    this.#end((spinner) => (label === undefined ? spinner.stop() : spinner.fail(cleanLine(label))));
  }

  #end(finish: (spinner: Spinner) => void): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    if (this.#spinner) finish(this.#spinner);
    this.#onEnd();
  }
}
