import { spawn } from 'node:child_process';
import { ThothctlError } from '../../errors/index.js';

/** A second terminal: runs `thothctl` as its own process with a configuration of its own. */
export interface Shell {
  /** How to start this very command line, for other programs that do. */
  readonly node: string;
  readonly entry: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Runs to the end and returns stdout; a failing command is an error that carries what it said. */
  run(args: readonly string[], options?: { readonly env?: NodeJS.ProcessEnv }): Promise<string>;
  /** The same, with stdout parsed as the one JSON document of `--json`. */
  json(args: readonly string[]): Promise<unknown>;
  /** Runs a streaming command until `enough` says so, then interrupts it as Ctrl-C would. */
  follow(args: readonly string[], enough: (line: string) => boolean): Promise<void>;
}

/**
 * Every step starts the very program that is running, so that the story is told by what the user has.
 *
 * @param configFolder where contexts and credentials of the story live, so that the user's own stay untouched
 */
export function openShell(configFolder: string, signal: AbortSignal): Shell {
  const node = process.execPath;
  const entry = [...process.execArgv, process.argv[1] ?? ''];
  const env: NodeJS.ProcessEnv = {
    ...withoutThoth(process.env),
    THOTHCTL_CONFIG_DIR: configFolder,
    NO_COLOR: '1',
  };

  const start = (args: readonly string[], extra?: NodeJS.ProcessEnv) =>
    spawn(node, [...entry, ...args], {
      env: { ...env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });

  const run: Shell['run'] = async (args, options) => {
    const child = start(args, options?.env);
    const [code, stdout, stderr] = await Promise.all([
      new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
      text(child.stdout),
      text(child.stderr),
    ]);
    if (code !== 0) {
      throw new ThothctlError({
        code: 'quickstart_step_failed',
        exit: 'unexpected',
        message: `thothctl ${args.join(' ')} ended with ${code}: ${lastLine(stderr) || lastLine(stdout)}`,
      });
    }
    return stdout;
  };

  return {
    node,
    entry,
    env,
    run,
    json: async (args) => JSON.parse(await run([...args, '--json'])) as unknown,
    follow: (args, enough) =>
      new Promise((resolve, reject) => {
        const child = start(args);
        let rest = '';
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          if (lines.some(enough)) child.kill('SIGINT');
        });
        child.stderr.resume();
        child.once('error', reject).once('close', () => resolve());
      }),
  };
}

/** The story must not depend on what the user happens to have exported. */
function withoutThoth(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('THOTH')));
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) all += String(chunk);
  return all;
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
