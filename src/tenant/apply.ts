import { ThothctlError } from '../errors/index.js';
import { keyOf, type Change } from './changes.js';
import { isJsonObject } from '../json/object.js';
import { KINDS } from './kinds/index.js';
import type { Fields, Item, Kind, TenantApi } from './kinds/kind.js';
import { isSecretReference, resolveSecretReference, type SecretPlace } from '../secret-reference/index.js';

export interface ApplyHooks {
  /** Before each change, with its place in the whole. */
  readonly onChange?: (change: Change, done: number, total: number) => void;
  /** Every resolved secret, so that no message of this process can show it. */
  readonly onSecret?: (secret: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Carries the changes out, one after the other. Every secret is resolved before the first of them, so that a missing
 * one costs nothing. A failure stops the rest and says what was done; applying again goes on from there.
 * @throws ThothctlError the failure of the change, exit `partial` when others had been made before it
 */
export async function applyChanges(
  api: TenantApi,
  changes: readonly Change[],
  place: SecretPlace,
  hooks: ApplyHooks = {},
): Promise<void> {
  const wanted: Fields[] = [];
  for (const change of changes) wanted.push(await withSecrets(kindOf(change), change.wanted, place, hooks));
  const present = new Map<Kind, readonly Item[]>();
  for (const [index, change] of changes.entries()) {
    hooks.signal?.throwIfAborted();
    hooks.onChange?.(change, index, changes.length);
    try {
      const kind = kindOf(change);
      const items =
        present.get(kind) ??
        (await kind.read(api, new Set(changes.map(({ identity }) => keyOf(identity))), hooks.signal));
      present.set(kind, items);
      await carryOut(api, kind, change, wanted[index] ?? {}, items, hooks.signal);
    } catch (error) {
      throw stopped(error, changes, index);
    }
  }
}

async function carryOut(
  api: TenantApi,
  kind: Kind,
  change: Change,
  wanted: Fields,
  items: readonly Item[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = items.find((item) => keyOf(item.identity) === keyOf(change.identity));
  if (change.action !== 'delete')
    return kind.put(api, { identity: change.identity, wanted, present: found }, signal);
  if (found !== undefined) await kind.remove?.(api, found, signal);
}

function kindOf({ section }: Change): Kind {
  const kind = KINDS.find((each) => each.section === section);
  if (kind === undefined)
    throw new ThothctlError({ code: 'unexpected', message: `no section ${section}`, exit: 'unexpected' });
  return kind;
}

async function withSecrets(
  kind: Kind,
  fields: Fields,
  place: SecretPlace,
  hooks: ApplyHooks,
  above = '',
): Promise<Fields> {
  const resolved: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(fields)) {
    const path = above === '' ? member : `${above}.${member}`;
    if (isJsonObject(value)) resolved[member] = await withSecrets(kind, value, place, hooks, path);
    else if (kind.secret?.(path) === true && typeof value === 'string' && isSecretReference(value)) {
      const secret = await resolveSecretReference(value, place);
      hooks.onSecret?.(secret);
      resolved[member] = secret;
    } else resolved[member] = value;
  }
  return resolved;
}

function stopped(error: unknown, changes: readonly Change[], index: number): unknown {
  if (!(error instanceof ThothctlError)) return error;
  const name = (change: Change): string => [change.section, ...change.identity].join('/');
  const failed = changes[index];
  const at = failed === undefined ? '' : `${failed.action} ${name(failed)}: `;
  return new ThothctlError({
    code: error.code,
    message: `${at}${error.message}${index === 0 ? '' : ` (${index} of ${changes.length} changes were made before it)`}`,
    exit: index === 0 ? error.exit : 'partial',
    fix: error.fix ?? 'Mend the cause and apply again: what was done is not done twice.',
    details: {
      ...error.details,
      done: changes.slice(0, index).map(name),
      left: changes.slice(index).map(name),
    },
    cause: error,
  });
}
