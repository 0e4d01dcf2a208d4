import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isJsonObject } from '../vocabulary.js';
import type { BehavioralEvent } from './event.js';

const MAX_SPOOL_BYTES = 16 * 1024 * 1024;

/**
 * Appends events to the spool, one JSON object per line, mode 0600. Synchronous, because it also runs while the
 * process exits. Returns how many were written; a full or unwritable spool loses them, never the exit.
 */
export function appendToSpool(file: string, events: readonly BehavioralEvent[]): number {
  if (events.length === 0) return 0;
  let descriptor: number | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // NOFOLLOW: a planted link must not redirect what we write.
    const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW;
    descriptor = openSync(file, flags, 0o600);
    if (fstatSync(descriptor).size > MAX_SPOOL_BYTES) return 0;
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
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function readEvents(path: string): BehavioralEvent[] {
  try {
    return readFileSync(path, 'utf8').split('\n').flatMap(parseLine);
  } catch {
    return [];
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
