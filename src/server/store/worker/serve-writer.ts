import type { MessagePort } from 'node:worker_threads';
import type { OpenWriter } from './open-writer.js';
import type { CommitRequest, HeadRequest, StoreReply, StoreRequest, WorkerMessage } from './protocol.js';

/** Answers the main thread until it says `close`. Requests that arrive during a flush form the next group. */
export function serveWriter(port: MessagePort, opened: OpenWriter): void {
  const queue: (CommitRequest | HeadRequest)[] = [];
  let scheduled = false;
  let closing = false;
  const post = (message: WorkerMessage): void => port.postMessage(message);

  const flush = (): void => {
    scheduled = false;
    const replies: StoreReply[] = queue.length > 0 ? opened.writer.flush(queue) : [];
    if (replies.length > 0) post({ type: 'replies', replies });
    if (queue.length > 0 || !closing) return queue.length > 0 ? schedule() : undefined;
    void opened.close().finally(() => {
      post({ type: 'done' });
      port.close();
    });
  };
  // An immediate runs after all messages of the current turn were delivered: they share one transaction.
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  // Sent by this product's own main thread, not outside data.
  port.on('message', (batch: readonly StoreRequest[]) => {
    for (const request of batch) {
      if (request[0] === 'close') closing = true;
      else queue.push(request);
    }
    schedule();
  });
}
