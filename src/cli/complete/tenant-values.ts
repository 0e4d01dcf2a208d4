import { cleanLine } from '../../output/index.js';
import { itemsOf } from '../../output/rows.js';
import { peekOption } from '../argv.js';
import { connect, connectionInputs } from '../connection.js';
import { baseFlags } from '../flags.js';
import type { Suggestion } from './suggest-words.js';
import { namesContext, valueKind } from './value-kinds.js';

const LIMIT_MS = 1000;

function textOf(row: Readonly<Record<string, unknown>>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = row[key];
    if (typeof value === 'string' && value !== '') return cleanLine(value);
  }
  return undefined;
}

/** Base flags already typed on the line, so that completion asks the same tenant as the command would. */
function flagsOf(words: readonly string[]): Record<string, unknown> {
  const flags: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(baseFlags)) {
    if (flag.type === 'option') flags[name] = peekOption(words, name);
    // Never read stdin here: it is the shell's.
    else if (!name.endsWith('-stdin')) flags[name] = words.includes(`--${name}`);
  }
  return flags;
}

/**
 * Ids the tenant or this machine knows. Silent on any failure and after one second: completion must never disturb
 * the line being typed.
 */
export async function tenantValues(
  command: string,
  name: string,
  words: readonly string[],
  version: string,
): Promise<Suggestion[]> {
  if (namesContext(command, name)) {
    const { listContexts, systemPorts } = await import('../../context/index.js');
    return (await listContexts(systemPorts())).map((context) => ({
      value: context.name,
      note: context.tenant_id,
    }));
  }
  const kind = valueKind(command, name);
  if (kind === undefined) return [];
  const signal = AbortSignal.timeout(LIMIT_MS);
  const silent = () => {};
  const flags = flagsOf(words);
  const inputs = () => connectionInputs({ flags, warn: silent });
  const api = await connect({
    flags,
    version,
    inputs,
    warn: silent,
    notice: silent,
    trace: silent,
    resolved: silent,
  });
  const reply: unknown = await api.call(kind.operation, {}, { signal });
  const found = new Map<string, Suggestion>();
  for (const row of itemsOf(reply)) {
    const value = textOf(row, kind.id);
    const note = textOf(row, kind.note);
    // A value that a shell would split or expand is not offered.
    if (value !== undefined && /^[\w.:@/-]+$/u.test(value) && !found.has(value))
      found.set(value, { value, ...(note !== undefined && { note }) });
  }
  return [...found.values()];
}
