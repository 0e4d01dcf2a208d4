import { ThothctlError, usageError } from '../errors/index.js';
import { secretVariable } from './flags.js';
import { protect } from './redact.js';

/** Far above any token or key; keeps a mistaken path from being read into memory. */
const LONGEST_SECRET = 64 * 1024;

async function readStdin(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > LONGEST_SECRET) throw usageError('The secret on stdin is longer than 64 KiB.');
  }
  return text;
}

/** Content of a secret file without the newline editors add. The path is named in errors, the content never. */
export async function readSecretFile(path: string): Promise<string> {
  let text: string;
  try {
    const { readFile } = await import('node:fs/promises');
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ThothctlError({
      code: 'secret_file_unreadable',
      message: `Cannot read the secret file ${path}.`,
      exit: 'usage',
      fix: 'Check that the file exists and that you may read it.',
      cause,
    });
  }
  if (text.length > LONGEST_SECRET) throw usageError(`The secret file ${path} is larger than 64 KiB.`);
  const secret = text.replace(/\r?\n$/u, '');
  if (secret === '') throw usageError(`The secret file ${path} is empty.`);
  return secret;
}

export interface SecretValue {
  readonly value: string;
  readonly origin: 'flag' | 'file' | 'stdin' | 'environment';
  /** Flag or variable it came from, for messages. */
  readonly source: string;
}

/**
 * Resolves the family `--name`, `--name-file`, `--name-stdin`, then the environment.
 *
 * @throws ThothctlError `usage` when two forms are given at once or the source is empty.
 */
export async function resolveSecret(
  name: string,
  flags: Readonly<Record<string, unknown>>,
  warn: (text: string) => void,
): Promise<SecretValue | undefined> {
  const found = await locateSecret(name, flags, warn);
  if (found) protect(found.value);
  return found;
}

async function locateSecret(
  name: string,
  flags: Readonly<Record<string, unknown>>,
  warn: (text: string) => void,
): Promise<SecretValue | undefined> {
  const inline = flags[name];
  const file = flags[`${name}-file`];
  const stdin = flags[`${name}-stdin`];
  const given = [typeof inline === 'string', typeof file === 'string', stdin === true].filter(Boolean).length;
  if (given > 1) throw usageError(`Give the secret once: --${name}, --${name}-file or --${name}-stdin.`);
  if (typeof inline === 'string') {
    protect(inline);
    warn(
      `--${name} on the command line can be read by other processes and stays in the shell history; use --${name}-file, --${name}-stdin or ${secretVariable(name)}.`,
    );
    return { value: inline, origin: 'flag', source: `--${name}` };
  }
  if (typeof file === 'string')
    return { value: await readSecretFile(file), origin: 'file', source: `--${name}-file` };
  if (stdin === true) {
    const value = (await readStdin()).replace(/\r?\n$/u, '');
    if (value === '') throw usageError(`--${name}-stdin was given but stdin is empty.`);
    return { value, origin: 'stdin', source: `--${name}-stdin` };
  }
  const variable = process.env[secretVariable(name)];
  return variable ? { value: variable, origin: 'environment', source: secretVariable(name) } : undefined;
}
