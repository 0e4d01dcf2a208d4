import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../errors/error-code.js';
import { isJsonObject } from '../vocabulary.js';
import type { BehavioralEvent } from './event.js';

const MAX_SPOOL_BYTES = 16 * 1024 * 1024;
/** One more write may go over the limit above; what is larger than this is not ours, or could not be read as one text. */
const MAX_READ_BYTES = 256 * 1024 * 1024;
/** NOFOLLOW: a planted link must not redirect what we read or write. NONBLOCK: a planted pipe must not stop us. */
const CAREFULLY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Appends events to the spool, one JSON object per line, mode 0600. Synchronous, because it also runs while the
 * process exits. Returns how many were written; a full or unwritable spool loses them, never the exit.
 */
export function appendToSpool(file: string, events: readonly BehavioralEvent[]): number {
  if (events.length === 0) return 0;
  let descriptor: number | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | CAREFULLY;
    descriptor = openSync(file, flags, 0o600);
    const found = fstatSync(descriptor);
    if (!isOurs(found) || found.size > MAX_SPOOL_BYTES) return 0;
    // Events may carry arguments; the file may have been made by somebody with a looser mode.
    if ((found.mode & 0o077) !== 0) fchmodSync(descriptor, 0o600);
    writeSync(descriptor, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return events.length;
  } catch {
    return 0;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Events an earlier process left. They stay on disk under this process's name until `release`. */
export interface SpoolClaim {
  readonly events: readonly BehavioralEvent[];
  release(): void;
}

/**
 * Takes the spool, and what processes that died had taken before. The rename decides which of several processes gets
 * a file; nothing is deleted before its events arrived, so that a kill at any moment costs a repetition, not an event.
 */
export function claimSpool(file: string): SpoolClaim {
  const claimed = [file, ...orphans(file)].flatMap((path, index) => {
    const own = `${file}.${process.pid}.${Date.now()}${index}`;
    try {
      if (!isOurs(lstatSync(path))) return [];
      renameSync(path, own);
      return [own];
    } catch {
      return [];
    }
  });
  return {
    events: claimed.flatMap(readEvents),
    release: () => {
      for (const own of claimed.splice(0)) rmSync(own, { force: true });
    },
  };
}

/** A plain file of this user: what another one left would go out with our credential. */
function isOurs(found: Stats): boolean {
  const user = process.geteuid?.();
  return found.isFile() && found.size <= MAX_READ_BYTES && (user === undefined || found.uid === user);
}

/** Claims of processes that are gone. */
function orphans(file: string): string[] {
  try {
    const prefix = `${basename(file)}.`;
    return readdirSync(dirname(file)).flatMap((name) => {
      const pid = name.startsWith(prefix) ? /^(\d+)\.\d+$/.exec(name.slice(prefix.length))?.[1] : undefined;
      return pid === undefined || isAlive(Number(pid)) ? [] : [join(dirname(file), name)];
    });
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function readEvents(path: string): BehavioralEvent[] {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | CAREFULLY);
    return isOurs(fstatSync(descriptor))
      ? readFileSync(descriptor, 'utf8').split('\n').flatMap(parseLine)
      : [];
  } catch {
    return [];
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function parseLine(line: string): BehavioralEvent[] {
  if (line === '') return [];
  try {
    const event: unknown = JSON.parse(line);
    return isJsonObject(event) && typeof event['event_id'] === 'string'
      ? [{ ...event, event_id: event['event_id'] }]
      : [];
  } catch {
    return [];
  }
}
