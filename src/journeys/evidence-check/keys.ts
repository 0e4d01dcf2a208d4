import { readFile } from 'node:fs/promises';
import { usageError } from '../../errors/index.js';
import { evidenceKey, isEvidenceKey, type EvidenceKey } from '../../evidence/index.js';
import type { GovApi } from '../../govapi/client.js';

/** The public keys a control plane says it signs with. */
export async function servedKeys(api: Pick<GovApi, 'call'>, signal?: AbortSignal): Promise<EvidenceKey[]> {
  const { keys } = await api.call('listEvidenceKeys', {}, { signal });
  return keys.flatMap((key) => {
    try {
      return evidenceKey(key.key_id, key.public_key_pem);
    } catch {
      // A key that does not decode counts as absent; what it signed is then unverifiable.
      return [];
    }
  });
}

/** Keys seen before win: a control plane cannot exchange a key under its old name. */
export function withPinned(served: readonly EvidenceKey[], pinned: readonly EvidenceKey[]): EvidenceKey[] {
  const keys = new Map(served.map((key) => [key.key_id, key]));
  for (const key of pinned) keys.set(key.key_id, key);
  return [...keys.values()];
}

/** Reads trusted public keys: a JSON list, or an object with `keys`, of exported keys or of keys in PEM. */
export async function readKeys(path: string): Promise<EvidenceKey[]> {
  const fail = (why: string) =>
    usageError(`--keys ${path}: ${why}`, 'give the answer of `thothctl evidence keys --json`');
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw fail(cause instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read');
  }
  const list: unknown = Array.isArray(value) ? value : member(value, 'keys');
  if (!Array.isArray(list) || list.length === 0) throw fail('it holds no keys');
  return list.map((key: unknown) => {
    if (isEvidenceKey(key)) return key;
    const id = member(key, 'key_id');
    const pem = member(key, 'public_key_pem');
    if (typeof id !== 'string' || typeof pem !== 'string') throw fail('one entry is no public key');
    try {
      return evidenceKey(id, pem);
    } catch {
      throw fail(`key ${id} does not decode`);
    }
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
