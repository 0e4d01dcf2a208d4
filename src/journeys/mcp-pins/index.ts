import { basename } from 'node:path';
import { ThothctlError } from '../../errors/index.js';
import { pinFiles, readPins, writePins, type PinnedTool, type ServerPins } from '../../run/pins/pin-file.js';
import { pinsFolder } from './folder.js';

export { differenceOf } from './difference.js';

/** One pinned tool of one server. */
export interface Pin {
  readonly server: string;
  /** Tells apart servers of one name that are started in different ways. */
  readonly server_id: string;
  readonly tool: string;
  readonly state: 'pinned' | 'quarantined';
  readonly pinned_at: string;
  /** When the definition was first seen to differ. */
  readonly changed_at?: string;
}

export interface Selection {
  /** Name or id of a server; without it all of them. */
  readonly server?: string | undefined;
  readonly tool?: string | undefined;
}

interface PinnedServer {
  readonly id: string;
  readonly path: string;
  readonly pins: ServerPins;
}

/** A pin with what it was and what it became. */
export interface FoundPin extends Pin {
  readonly before: PinnedTool;
}

/** @throws ThothctlError `pins_unreadable` */
export function findPins({ server, tool }: Selection): FoundPin[] {
  return servers(server).flatMap(({ id, pins }) =>
    [...pins.tools]
      .filter(([name]) => tool === undefined || name === tool)
      .map(([name, before]) => ({
        server: pins.server,
        server_id: id,
        tool: name,
        state: before.changed === undefined ? ('pinned' as const) : ('quarantined' as const),
        pinned_at: before.seen_at,
        ...(before.changed && { changed_at: before.changed.seen_at }),
        before,
      })),
  );
}

/** What a listing shows of pins; the definitions are for `diff`. */
export function pinRows(found: readonly FoundPin[]): Pin[] {
  return found.map(({ before: _before, ...pin }) => pin);
}

/**
 * The quarantined tools of the selection. @throws ThothctlError `no_such_pin` when a named server or tool has none pinned
 */
export function quarantined(selection: Selection): FoundPin[] {
  const found = findPins(selection);
  if (found.length === 0 && (selection.server !== undefined || selection.tool !== undefined)) {
    throw new ThothctlError({
      code: 'no_such_pin',
      message: `No tool is pinned by the name ${[selection.server, selection.tool].filter(Boolean).join(' ')}.`,
      exit: 'notFound',
      fix: 'thothctl mcp pins list',
    });
  }
  return found.filter(({ state }) => state === 'quarantined');
}

/** Pins what these tools are now. One that changed again since it was looked at stays in quarantine. */
export function approvePins(approved: readonly FoundPin[]): void {
  for (const { id, path } of servers(undefined)) {
    const mine = approved.filter(({ server_id: of }) => of === id);
    const now = mine.length === 0 ? undefined : readPins(path);
    if (now === undefined) continue;
    const tools = new Map(now.tools);
    for (const { tool, before } of mine) {
      const pin = tools.get(tool);
      if (pin?.changed !== undefined && pin.changed.digest === before.changed?.digest)
        tools.set(tool, pin.changed);
    }
    writePins(path, { server: now.server, tools });
  }
}

function servers(wanted: string | undefined): PinnedServer[] {
  return pinFiles(pinsFolder()).flatMap((path) => {
    const pins = readPins(path);
    const id = basename(path, '.json').slice(0, 12);
    if (pins === undefined || (wanted !== undefined && wanted !== pins.server && wanted !== id)) return [];
    return [{ id, path, pins }];
  });
}
