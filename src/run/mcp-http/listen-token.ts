import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, ThothctlError, usageError } from '../../errors/index.js';

/** A token, also as the value of the header that carries it. Shorter ones could be guessed. */
const FORM = /^(?:bearer +)?([\w.~+/-]{16,1024}=*)$/i;
const MAX_FILE_BYTES = 4096;

/** Follows no link and waits for no writer of a pipe. Windows has no such flags, and no modes either. */
const AS_IT_IS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** @throws ThothctlError exit 2 when the text is no token; it is in no message. */
export function givenToken(text: string): string {
  const token = tokenIn(text);
  if (token !== undefined) return token;
  throw usageError(
    'What --listen-token refers to is no token.',
    'A token is one word of at least 16 letters, digits and - . _ ~ + /, as `openssl rand -hex 32` makes one.',
  );
}

export interface KeptToken {
  readonly token: string;
  readonly file: string;
}

/**
 * The token of the endpoints of one server, made the first time: its clients keep it over restarts. The file holds the
 * whole value of the header, so that `--header Authorization=file:…` can read it.
 * @throws ThothctlError `listen_token_unsafe`
 */
export async function keptToken(folder: string, serverDigest: string): Promise<KeptToken> {
  const file = join(folder, serverDigest.slice(0, 16));
  await makeOnce(folder, file).catch((cause: unknown) => {
    throw unsafe(file, 'cannot be made', cause);
  });
  return { token: await privateToken(file), file };
}

/** Of two runs that begin together one makes it, and no one ever reads half of it. */
async function makeOnce(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, `Bearer ${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
    await link(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** What others may have written or read proves nothing. */
async function privateToken(file: string): Promise<string> {
  const handle = await open(file, AS_IT_IS).catch((cause: unknown) => {
    throw unsafe(file, 'cannot be read, or is a link', cause);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) throw unsafe(file, 'is not a file with a token');
    if (process.getuid !== undefined && (stats.uid !== process.getuid() || (stats.mode & 0o077) !== 0))
      throw unsafe(file, 'is open to other accounts of this machine');
    const token = tokenIn(await handle.readFile('utf8'));
    if (token === undefined) throw unsafe(file, 'holds no token');
    return token;
  } finally {
    await handle.close();
  }
}

function tokenIn(text: string): string | undefined {
  return FORM.exec(text.trim())?.[1];
}

function unsafe(file: string, why: string, cause?: unknown): ThothctlError {
  return new ThothctlError({
    code: 'listen_token_unsafe',
    message: `${file} is to hold the token of the endpoint, but it ${why}.`,
    exit: 'runFailed',
    fix: 'Remove it, and a new token is made; or give one of your own with --listen-token.',
    cause,
  });
}
