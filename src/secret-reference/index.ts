import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { ThothctlError } from '../errors/index.js';

const FORM = /^(env|file|exec|op):(.+)$/s;
const TIME_LIMIT_MS = 30_000;
const LARGEST_BYTES = 64 * 1024;

/** `env:NAME`, `file:PATH`, `op://vault/item/field`, `exec:PROGRAM ARGUMENT…` (no shell). */
export function isSecretReference(text: string): boolean {
  return FORM.test(text);
}

export interface SecretPlace {
  /** Folder that relative files are looked up in. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The secret a reference stands for. @throws ThothctlError `secret_unresolved`; the value is in no message. */
export async function resolveSecretReference(reference: string, place: SecretPlace): Promise<string> {
  const [, form, rest = ''] = FORM.exec(reference) ?? [];
  const value = await read(form, rest, reference, place);
  const secret = value.replace(/\r?\n$/, '');
  if (secret === '') throw unresolved(reference, 'it is empty');
  return secret;
}

async function read(
  form: string | undefined,
  rest: string,
  reference: string,
  place: SecretPlace,
): Promise<string> {
  switch (form) {
    case 'env': {
      const value = place.env[rest];
      if (value === undefined) throw unresolved(reference, 'the variable is not set');
      return value;
    }
    case 'file': {
      const path = isAbsolute(rest) ? rest : join(place.folder, rest);
      return readFile(path, 'utf8').catch((cause: unknown) => {
        throw unresolved(reference, 'the file cannot be read', cause);
      });
    }
    case 'op':
      return run('op', ['read', '--no-newline', reference], reference, place);
    case 'exec': {
      const [program = '', ...args] = rest.trim().split(/\s+/);
      return run(program, args, reference, place);
    }
    default:
      // It may be the secret itself, by mistake.
      throw unresolved('reference', 'it is none of env:, file:, op:// and exec:');
  }
}

async function run(
  program: string,
  args: readonly string[],
  reference: string,
  place: SecretPlace,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], {
      cwd: place.folder,
      env: withoutOurs(place.env),
      timeout: TIME_LIMIT_MS,
      maxBuffer: LARGEST_BYTES,
      windowsHide: true,
    });
    return stdout;
  } catch {
    // The error holds what the program printed, the secret perhaps: it goes no further.
    throw unresolved(reference, `${program} failed, or did not answer within ${TIME_LIMIT_MS / 1000} s`);
  }
}

/** The program is told where its own store is, not how we sign in to ours. */
function withoutOurs(env: SecretPlace['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^THOTH(CTL)?_/i.test(name)));
}

function unresolved(reference: string, why: string, cause?: unknown): ThothctlError {
  return new ThothctlError({
    code: 'secret_unresolved',
    message: `The secret ${reference.split(/\s/, 1)[0] ?? ''} cannot be resolved: ${why}.`,
    exit: 'usage',
    fix: 'A reference is env:NAME, file:PATH, op://vault/item/field or exec:PROGRAM.',
    cause,
  });
}
