import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
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

/** Takes what an earlier process left. The rename decides which of several processes gets it. */
export function takeSpool(file: string): BehavioralEvent[] {
  const claimed = `${file}.${process.pid}.${Date.now()}`;
  try {
    renameSync(file, claimed);
  } catch {
    return [];
  }
  try {
    return readFileSync(claimed, 'utf8').split('\n').flatMap(parseLine);
  } catch {
    return [];
  } finally {
    unlinkSync(claimed);
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
