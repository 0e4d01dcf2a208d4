import { once } from 'node:events';
import type { RunningServer, StartServerOptions } from '../../server/index.js';
import { pointLocalContext } from './local-context.js';

export interface StartOptions extends Omit<StartServerOptions, 'readyFile'> {
  readonly readyFile: string | undefined;
  /** False leaves the contexts of the user alone. */
  readonly writeContext: boolean;
}

export interface StartedServer {
  readonly facts: {
    readonly url: string;
    readonly tenant_id: string;
    readonly admin_token_file: string;
    readonly data_dir: string;
    readonly pid: number;
  };
  /** What the user should know beyond the facts. */
  readonly remark: string | undefined;
  /** Runs until the signal aborts, then stops cleanly. */
  readonly untilStopped: (signal: AbortSignal) => Promise<void>;
}

/** Starts the control plane in this process. The ready file comes last: who waits for it can use the context at once. */
export async function startLocalServer(options: StartOptions): Promise<StartedServer> {
  // The server and its storage are a chunk of their own; no other command loads it.
  const { checkReadyFile, removeReadyFile, startServer, writeReadyFile } =
    await import('../../server/index.js');
  const { readyFile, writeContext, ...serverOptions } = options;
  if (readyFile !== undefined) await checkReadyFile(readyFile);
  const server: RunningServer = await startServer(serverOptions);
  const { url, tenantId, adminTokenFile, dataDir } = server;
  try {
    const remark = writeContext ? await pointLocalContext({ url, tenantId, adminTokenFile }) : undefined;
    const facts = { url, tenant_id: tenantId, admin_token_file: adminTokenFile, pid: process.pid };
    if (readyFile !== undefined) await writeReadyFile(readyFile, facts);
    return {
      facts: { ...facts, data_dir: dataDir },
      remark,
      untilStopped: async (signal) => {
        if (!signal.aborted) await once(signal, 'abort');
        if (readyFile !== undefined) await removeReadyFile(readyFile, process.pid);
        await server.close();
      },
    };
  } catch (cause) {
    await server.close();
    throw cause;
  }
}
