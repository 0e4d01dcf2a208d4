import { createHash } from 'node:crypto';
import { canonicalize } from '../../evidence/canonical.js';
import type { JsonObject } from '../../sdk/vocabulary.js';
import { fold } from '../mcp/json-scan.js';
import { readPins, writePins, type PinnedTool, type ToolDefinition } from './pin-file.js';

/** Members a model may read and act on, in any spelling that some client reads. Icons and `_meta` are for programs. */
const PINNED_MEMBERS = new Set(
  ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'].map(fold),
);

/** A server that invents names could otherwise fill the disk. */
const MAX_TOOLS = 4096;
const MAX_DEFINITION = 64 * 1024;
/** In place of the digest of a definition too deep to be written down: equal to nothing, itself included. */
const INCOMPARABLE = 'incomparable';

export interface PinnedServer {
  readonly path: string;
  readonly name: string;
  /** Told once for each definition that differs from its pin. */
  readonly onChange: (toolName: string) => void;
  /** Told when the pins cannot be kept; they then hold for this run only. */
  readonly onUnwritable: () => void;
}

/**
 * The tool definitions of one server, each pinned when it is first seen. One that changes later is in quarantine until
 * somebody approves it: a description is an instruction to the model, and the one that was reviewed is the one meant.
 */
export class ToolPins {
  #tools: Map<string, PinnedTool>;

  /** @throws ThothctlError `pins_unreadable` */
  constructor(private readonly server: PinnedServer) {
    this.#tools = new Map(readPins(server.path)?.tools);
  }

  /** For each tool of a list, whether it is the one that was pinned. New ones are pinned now. */
  admit(tools: readonly JsonObject[]): boolean[] {
    const seen = tools.map((tool) => ({ name: nameOf(tool), told: definitionOf(tool) }));
    const known = seen.every(
      ({ name, told }) => this.#matches(name, told) && this.#tools.get(name)?.changed === undefined,
    );
    if (known) return tools.map(() => true);
    // Somebody may have approved meanwhile, or another run pinned: the file is the truth.
    this.#reload();
    let dirty = false;
    for (const { name, told } of seen) {
      const pin = this.#tools.get(name);
      const next = pin === undefined ? this.#first(told) : this.#compare(name, pin, told);
      if (next === undefined || next === pin) continue;
      this.#tools.set(name, next);
      dirty = true;
    }
    if (dirty) this.#save();
    return seen.map(({ name, told }) => this.#matches(name, told));
  }

  /** True while the server's definition of the tool differs from its pin. */
  isQuarantined(toolName: string): boolean {
    if (this.#tools.get(toolName)?.changed === undefined) return false;
    this.#reload();
    return this.#tools.get(toolName)?.changed !== undefined;
  }

  #matches(name: string, told: ToolDefinition): boolean {
    return told.digest !== INCOMPARABLE && this.#tools.get(name)?.digest === told.digest;
  }

  #first(told: ToolDefinition): PinnedTool | undefined {
    return this.#tools.size < MAX_TOOLS && told.digest !== INCOMPARABLE ? told : undefined;
  }

  /** A tool that is again what it was leaves quarantine by itself. */
  #compare(name: string, pin: PinnedTool, told: ToolDefinition): PinnedTool {
    const { changed, ...approved } = pin;
    if (pin.digest === told.digest) return changed === undefined ? pin : approved;
    if (changed?.digest === told.digest) return pin;
    this.server.onChange(name);
    return { ...approved, changed: told };
  }

  #reload(): void {
    try {
      const read = readPins(this.server.path);
      if (read !== undefined) this.#tools = new Map(read.tools);
    } catch {
      // What was read at the start still holds; the next start tells.
    }
  }

  #save(): void {
    try {
      writePins(this.server.path, { server: this.server.name, tools: this.#tools });
    } catch {
      this.server.onUnwritable();
    }
  }
}

function nameOf(tool: JsonObject): string {
  return typeof tool['name'] === 'string' ? tool['name'] : '';
}

function definitionOf(tool: JsonObject): ToolDefinition {
  const definition = Object.fromEntries(
    Object.entries(tool).filter(([member]) => PINNED_MEMBERS.has(fold(member))),
  );
  const text = canonicalText(definition);
  if (text === undefined) return { digest: INCOMPARABLE, seen_at: new Date().toISOString() };
  return {
    digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    ...(text.length <= MAX_DEFINITION && { definition }),
    seen_at: new Date().toISOString(),
  };
}

/** What has no canonical form (half a character) still has a text that changes with it, unless it is too deep for one. */
function canonicalText(definition: JsonObject): string | undefined {
  for (const write of [canonicalize, JSON.stringify]) {
    try {
      return write(definition);
    } catch {
      // The next one may.
    }
  }
  return undefined;
}
