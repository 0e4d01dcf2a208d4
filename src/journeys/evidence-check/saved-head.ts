import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, ThothctlError, usageError } from '../../errors/index.js';
import { isEvidenceKey, isHead, type EvidenceKey, type SignedHead } from '../../evidence/index.js';
import { replaceFile } from '../../output/index.js';
import { stateFolder } from '../state-folder.js';

/** How far a chain was seen, and under which keys; what a later verification is held against. */
export interface SavedHead {
  readonly head: SignedHead;
  readonly keys: readonly EvidenceKey[];
}

/** One file per tenant and control plane: two installations may use the same tenant name. */
export function savedHeadPlace(
  baseUrl: string,
  tenantId: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const where = createHash('sha256').update(`${baseUrl}\n${tenantId}`).digest('hex').slice(0, 16);
  return join(stateFolder(env), 'evidence', `${tenantId}-${where}.json`);
}

/** Undefined when there is no such file. @throws ThothctlError `usage` when it holds no signed head. */
export async function readSavedHead(path: string): Promise<SavedHead | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw usageError(`the saved head ${path} cannot be read`, 'check its permissions');
  }
  const document = parse(text);
  const head = knownHead(document['head'] ?? document);
  const keys = document['keys'];
  if (head === undefined) {
    // Starting over silently would let whoever damaged the file hide a truncation.
    throw new ThothctlError({
      code: 'saved_head_damaged',
      message: `${path} does not hold a signed head of an evidence chain`,
      exit: 'checkIncomplete',
      fix: 'find out why, then remove it to start over',
    });
  }
  return { head, keys: Array.isArray(keys) ? keys.filter(isEvidenceKey) : [] };
}

export async function saveHead(path: string, saved: SavedHead): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, `${JSON.stringify(saved, undefined, 2)}\n`, 0o600);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}

/** The head as this program knows it; undefined for anything else, also for a version to come. */
export function knownHead(value: unknown): SignedHead | undefined {
  if (!isHead(value) || value.version !== 1) return undefined;
  return { ...value, type: 'thothctl.evidence.head', version: 1 };
}
