import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { errorCode, ThothctlError } from '../../errors/index.js';

export interface Launch {
  /** Program and its arguments, handed to the system as they are: no shell in between. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
  /** A process group of its own, so that everything the child starts can be signalled and cleaned up. */
  readonly ownGroup: boolean;
}

/** Starts the child; throws with exit 127 or 126 when it cannot be found or executed. */
export async function launch(options: Launch): Promise<ChildProcess> {
  const [program, ...args] = options.command;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      env: { ...options.env },
      stdio: options.stdio,
      detached: options.ownGroup,
      shell: false,
    });
    await once(child, 'spawn');
  } catch (error) {
    throw notStarted(program, error);
  }
  return child;
}

function notStarted(program: string, error: unknown): ThothctlError {
  const code = errorCode(error);
  if (code === 'ENOENT') {
    return new ThothctlError({
      code: 'command_not_found',
      message: `The command '${program}' was not found.`,
      exit: 'commandNotFound',
      fix: 'Check the spelling and PATH; everything after -- is the command and its arguments.',
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'ENOEXEC' || code === 'ENOTDIR') {
    return new ThothctlError({
      code: 'command_not_executable',
      message: `The command '${program}' cannot be executed (${code}).`,
      exit: 'notExecutable',
      fix: 'Give a program with execute permission.',
    });
  }
  return new ThothctlError({
    code: 'child_not_started',
    message: `The command '${program}' could not be started (${code ?? 'unknown cause'}).`,
    exit: 'runFailed',
    cause: error,
  });
}
