/** What the end of the process needs to know of a queue. */
export interface EndOfProcess {
  readonly isIdle: boolean;
  flush(): Promise<boolean>;
  spoolRest(): void;
}

const queues = new Set<EndOfProcess>();
let installed = false;

/** Handlers of this SDK, in whatever copy of it: they do not count as the program's own. */
const MARK = Symbol.for('thothctl.sdk.signal-handler');

/**
 * Flushes on a normal end, on SIGTERM and SIGINT when the program handles them in no way of its own, and spools
 * synchronously on exit. Source: SDK behaviour 8.3, exit rules.
 */
export function onProcessEnd(queue: EndOfProcess): void {
  queues.add(queue);
  if (installed) return;
  installed = true;
  process.on('beforeExit', () => {
    for (const each of queues)
      if (!each.isIdle) void each.flush().then((sent) => (sent ? undefined : each.spoolRest()));
  });
  process.on('exit', () => {
    for (const each of queues) each.spoolRest();
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const handler = Object.assign(() => endBySignal(signal, handler), { [MARK]: true });
    process.on(signal, handler);
  }
}

function endBySignal(signal: NodeJS.Signals, handler: () => void): void {
  if (process.listeners(signal).some((listener) => !(MARK in listener))) return;
  process.removeListener(signal, handler);
  void Promise.all([...queues].map((queue) => queue.flush())).then(() => {
    for (const queue of queues) queue.spoolRest();
    process.kill(process.pid, signal);
  });
}
