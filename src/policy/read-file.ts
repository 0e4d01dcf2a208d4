import { readFile, stat } from 'node:fs/promises';
import { POLICY_LIMIT_BYTES } from '../engine/policy-limits.js';
import { errorCode } from '../errors/index.js';
import type { PolicyFault } from './fault.js';

/** Text of a file of a policy author, or what is wrong with it. `file` is what the fault calls it. */
export async function readAuthored(path: string, file: string): Promise<string | PolicyFault> {
  const fault = (code: string, message: string, fix: string): PolicyFault =>
    fileFault(file, code, message, fix);
  try {
    const info = await stat(path);
    if (!info.isFile())
      return fault('policy_unreadable', 'it is not a regular file', 'name a file, or remove it');
    if (info.size > POLICY_LIMIT_BYTES)
      return fault(
        'policy_too_large',
        `it has ${info.size} bytes; a policy file may have at most ${POLICY_LIMIT_BYTES}`,
        'split it into several files; facts about calls come as policy context with the call, not in the policy',
      );
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    if (cause instanceof TypeError)
      return fault('policy_encoding', 'it is not valid UTF-8 text', 'save it as UTF-8');
    return unreadable(file, cause);
  }
}

/** A file or folder the system does not let us read. */
export function unreadable(file: string, cause: unknown): PolicyFault {
  const reason = errorCode(cause) ?? 'unknown error';
  return fileFault(
    file,
    'policy_unreadable',
    `it cannot be read (${reason})`,
    'check that it exists and may be read',
  );
}

/** Something wrong with a file as a whole. */
export function fileFault(file: string, code: string, message: string, fix: string): PolicyFault {
  return { severity: 'error', code, message, file, line: 1, column: 1, fix };
}
