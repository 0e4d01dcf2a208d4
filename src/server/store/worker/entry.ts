import { parentPort, workerData } from 'node:worker_threads';
import { ThothctlError } from '../../../errors/index.js';
import { backupDatabase } from './backup-database.js';
import { openWriter } from './open-writer.js';
import type { StartFault, StoreTask, WorkerMessage } from './protocol.js';
import { serveWriter } from './serve-writer.js';

async function start(task: StoreTask): Promise<WorkerMessage> {
  if (task.task === 'backup') {
    await backupDatabase(task.root, task.file);
    return { type: 'done' };
  }
  const opened = await openWriter(task);
  if (parentPort) serveWriter(parentPort, opened);
  return { type: 'ready', keys: opened.keys };
}

function startFault(error: unknown): StartFault {
  if (error instanceof ThothctlError) {
    const { code, message, exit, fix, details } = error;
    return { code, message, exit, fix, details };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'storage_failed',
    message: `the store cannot be opened: ${message}`,
    exit: 'unexpected',
    fix: undefined,
    details: undefined,
  };
}

start(workerData as StoreTask).then(
  (message) => parentPort?.postMessage(message),
  (error: unknown) =>
    parentPort?.postMessage({ type: 'refused', fault: startFault(error) } satisfies WorkerMessage),
);
