import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errorCode, ThothctlError } from '../../errors/index.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';

/** One definition of a tool as its server told it. */
export interface ToolDefinition {
  /** `sha256:` and the hexadecimal digest of the canonical definition. */
  readonly digest: string;
  /** Undefined when it was too large to keep. */
  readonly definition?: JsonObject | undefined;
  /** RFC 3339. */
  readonly seen_at: string;
}

/** A tool under its pin; `changed` is what the server says now, and keeps the tool in quarantine. */
export interface PinnedTool extends ToolDefinition {
  readonly changed?: ToolDefinition | undefined;
}

/** What is known of the tools of one server. */
export interface ServerPins {
  readonly server: string;
  readonly tools: ReadonlyMap<string, PinnedTool>;
}

/** The server of a run: a readable name and an identity that changes with any word of its command. */
export interface ServerIdentity {
  readonly name: string;
  readonly digest: string;
}

const LAUNCHERS =
  /^(?:npx|bunx|uvx|pnpm|yarn|npm|node|bun|deno|python[\d.]*|uv|docker|sh|bash|env|pipx)(?:\.exe|\.cmd)?$/i;
const LAUNCHER_WORDS = new Set(['run', 'exec', 'dlx', 'x', 'tool']);

/** Arguments may hold secrets, so that of the command only one plain word becomes readable. */
export function serverIdentity(command: readonly string[]): ServerIdentity {
  const digest = createHash('sha256').update(JSON.stringify(command)).digest('hex');
  const [program = ''] = command;
  const words = LAUNCHERS.test(basename(program)) ? command.slice(1) : [];
  const named = words.find((word) => /^[@\w./~\\][\w@./~\\:+-]*\w$/.test(word) && !LAUNCHER_WORDS.has(word));
  return { name: basename(named ?? program).slice(0, 80), digest };
}

export function pinFile(folder: string, server: ServerIdentity): string {
  return join(folder, `${server.digest.slice(0, 24)}.json`);
}

/** Undefined when there is no file yet. @throws ThothctlError `pins_unreadable` */
export function readPins(path: string): ServerPins | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw unreadable(path, cause);
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJsonObject(parsed) && isJsonObject(parsed['tools']) && typeof parsed['server'] === 'string') {
      const tools = Object.entries(parsed['tools']).map(([name, pin]) => [name, readPin(pin)] as const);
      return { server: parsed['server'], tools: new Map(tools) };
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw unreadable(path);
}

function readPin(value: unknown): PinnedTool {
  const pin = readDefinition(value);
  const changed =
    isJsonObject(value) && value['changed'] !== undefined ? readDefinition(value['changed']) : undefined;
  return { ...pin, ...(changed && { changed }) };
}

function readDefinition(value: unknown): ToolDefinition {
  const { digest, definition, seen_at: seenAt } = isJsonObject(value) ? value : {};
  if (typeof digest !== 'string' || typeof seenAt !== 'string')
    throw new ThothctlError({ code: 'pins_unreadable', message: 'a pin without its digest', exit: 'usage' });
  return { digest, seen_at: seenAt, ...(isJsonObject(definition) && { definition }) };
}

/** Replaces the file in one step: a reader sees the old pins or the new ones. */
export function writePins(path: string, pins: ServerPins): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const text = JSON.stringify({ server: pins.server, tools: Object.fromEntries(pins.tools) }, null, 1);
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${text}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Every pin file of the folder, by path; a missing folder holds none. */
export function pinFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function unreadable(path: string, cause?: unknown): ThothctlError {
  return new ThothctlError({
    code: 'pins_unreadable',
    message: `The pinned tool descriptions in ${path} cannot be read.`,
    exit: 'runFailed',
    fix: 'Restore the file or remove it, which pins what the server says next; --no-pins goes without.',
    cause,
  });
}
