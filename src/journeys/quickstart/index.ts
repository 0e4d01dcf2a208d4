import { openShell } from './shell.js';
import { startServerProcess } from './server-process.js';
import { tellStory, type Story, type Tell } from './story.js';
import { prepareWorkspace } from './workspace.js';

export interface QuickstartOptions {
  /** A policy folder of the user's instead of the shipped one. */
  readonly policy: string | undefined;
  /** Leave the control plane and the folder for exploring. */
  readonly keep: boolean;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

export interface QuickstartResult extends Story {
  readonly seconds: number;
  /** Set with `keep`: what explores the control plane that was left running. */
  readonly kept?: {
    readonly url: string;
    readonly folder: string;
    readonly config_dir: string;
    readonly pid: number;
  };
}

/** The whole product in one run, on real parts; leaves nothing behind unless told to keep it. */
export async function runQuickstart(options: QuickstartOptions): Promise<QuickstartResult> {
  const started = performance.now();
  const workspace = await prepareWorkspace(options.policy);
  const shell = openShell(workspace.config, options.signal);
  let kept: QuickstartResult['kept'];
  try {
    const server = await startServerProcess(shell, workspace);
    try {
      options.tell('server', `control plane at ${server.url}, evidence on disk below ${workspace.data}`);
      const story = await tellStory(shell, server, workspace, options.tell);
      if (options.keep) {
        kept = { url: server.url, folder: workspace.root, config_dir: workspace.config, pid: server.pid };
        server.keep();
      }
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      return { ...story, seconds, ...(kept && { kept }) };
    } finally {
      if (!kept) await server.stop();
    }
  } finally {
    if (!kept) await workspace.remove();
  }
}
