import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { usageError } from '../../errors/index.js';

const WATCHED = /\.(?:cedar|rego|ya?ml)$/iu;
/** An editor writes a file in several steps; the last of them is what is to be tested. */
const SETTLE_MS = 150;

/**
 * Notices changes to policies, manifests and tests in folders, from the moment it is made. Every folder is watched by itself:
 * the recursive watch of Node on Linux loses a file once an editor has replaced it by another of its name.
 */
export class PolicyWatch {
  readonly #folders = new Map<string, FSWatcher>();
  #changes = 0;
  #latest = '';
  #wake: () => void = () => undefined;

  /** @throws ThothctlError `usage` when one of the paths does not exist. */
  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) throw usageError(`${path} does not exist`, 'give an existing file or folder');
      this.#add(found.isDirectory() ? path : dirname(path));
    }
  }

  /** One name for every burst of changes, until the signal ends it. */
  async *bursts(signal: AbortSignal): AsyncGenerator<string> {
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    let seen = 0;
    while (!signal.aborted) {
      if (this.#changes === seen)
        await Promise.race([ended, new Promise<void>((resolve) => (this.#wake = resolve))]);
      while (this.#changes !== seen && !signal.aborted) {
        seen = this.#changes;
        await Promise.race([ended, delay(SETTLE_MS)]);
      }
      const latest = this.#latest;
      if (!signal.aborted) yield latest;
    }
  }

  close(): void {
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #add(folder: string): void {
    if (this.#folders.has(folder)) return;
    try {
      const watcher = watch(folder, (event, name) => this.#seen(folder, event, name));
      this.#folders.set(folder, watcher);
      watcher.on('error', () => this.#remove(folder));
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory() && isWatched(entry.name)) this.#add(join(folder, entry.name));
    } catch {
      // It went away again.
      this.#remove(folder);
    }
  }

  #remove(folder: string): void {
    for (const [path, watcher] of this.#folders)
      if (path === folder || path.startsWith(folder + sep)) {
        watcher.close();
        this.#folders.delete(path);
      }
  }

  #seen(folder: string, event: string, name: string | null): void {
    const path = join(folder, name ?? '');
    const moved = event === 'rename' && name !== null && this.#moved(path);
    if (!moved && name !== null && !WATCHED.test(name)) return;
    this.#changes += 1;
    this.#latest = path;
    this.#wake();
  }

  /** Whether a folder came, went or was replaced, with all the policies in it. */
  #moved(path: string): boolean {
    const known = this.#folders.has(path);
    this.#remove(path);
    const there = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (there && isWatched(basename(path))) this.#add(path);
    return known || this.#folders.has(path);
  }
}

function isWatched(folder: string): boolean {
  return !folder.startsWith('.') && folder !== 'node_modules';
}
