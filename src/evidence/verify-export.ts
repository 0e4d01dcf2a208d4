import { canonicalize } from './canonical.js';
import { CHAIN_START } from './chain.js';
import { ChainCheck } from './chain-check.js';
import { EXPORT_TYPE, EXPORT_VERSION } from './export-file.js';
import { KeyRing } from './key-ring.js';
import { HEAD_TYPE, isEvidenceKey, isObject, isPosition, type JsonObject } from './narrow.js';
import { unverifiable, type VerifyOutcome } from './outcome.js';
import type { Line } from './read-lines.js';
import type { ChainPosition, EvidenceKey } from './types.js';
import type { VerifyOptions } from './verify-records.js';

const HEADER_MEMBERS = 'after,keys,tenant_id,type,version';

/** Verifies the lines after the header of an export. `pinned` keys replace those the file brings along. */
export async function verifyExport(
  headerLine: string,
  lines: AsyncIterable<Line>,
  pinned: Partial<VerifyOptions>,
): Promise<VerifyOutcome> {
  const header = parse(headerLine);
  if (!isExportHeader(header)) return unverifiable('not_evidence', 'the header of the export is malformed');
  if (header.version !== EXPORT_VERSION) {
    return unverifiable('unknown_version', 'the export has a format this verifier does not know');
  }
  if (canonicalize(header) !== headerLine)
    return unverifiable('not_evidence', 'the header is not in canonical form');
  const check = new ChainCheck({
    keys: new KeyRing(pinned.keys ?? header.keys),
    tenantId: pinned.tenantId ?? header.tenant_id,
    startAfter: pinned.startAfter ?? header.after,
    savedHead: pinned.head,
  });
  if (!pinned.startAfter && !isChainStart(header.after)) {
    check.doubt(
      unverifiable('segment_without_anchor', `the export starts after index ${header.after.chain_index}`),
    );
  }
  let head: JsonObject | undefined;
  for await (const line of lines) {
    const value = line.text === undefined ? undefined : parse(line.text);
    if (line.last && isOwnHead(value)) {
      if (!isExact(value, line)) return reject(check, 'not_canonical');
      head = value;
    } else if (value === undefined) return reject(check, 'malformed_record');
    else if (!isExact(value, line)) return reject(check, 'not_canonical');
    else if (!(await check.add(value))) break;
  }
  if (!head && pinned.head === undefined)
    check.doubt(unverifiable('no_head', 'the export has no signed head'));
  return check.finish(head);
}

async function reject(
  check: ChainCheck,
  reason: 'malformed_record' | 'not_canonical',
): Promise<VerifyOutcome> {
  await check.reject(
    reason,
    reason === 'not_canonical'
      ? 'the line is not the canonical form of its content'
      : 'the line is not JSON in UTF-8',
  );
  return check.finish();
}

/** Any other spelling of the same content is refused: duplicate members or spaces must not hide a second meaning. */
function isExact(value: unknown, line: Line): boolean {
  try {
    return line.ended && canonicalize(value) === line.text;
  } catch {
    return false;
  }
}

/** A record may hold a member `type`, but every record has a `previous_hash` and no head has. */
function isOwnHead(value: unknown): value is JsonObject {
  return isObject(value) && value['type'] === HEAD_TYPE && !Object.hasOwn(value, 'previous_hash');
}

interface AnyExportHeader extends JsonObject {
  readonly version: number;
  readonly tenant_id: string;
  readonly after: ChainPosition;
  readonly keys: readonly EvidenceKey[];
}

function isExportHeader(value: unknown): value is AnyExportHeader {
  return (
    isObject(value) &&
    value['type'] === EXPORT_TYPE &&
    typeof value['version'] === 'number' &&
    (value['version'] !== EXPORT_VERSION ||
      (Object.keys(value).sort().join(',') === HEADER_MEMBERS &&
        typeof value['tenant_id'] === 'string' &&
        isPosition(value['after']) &&
        Array.isArray(value['keys']) &&
        value['keys'].every(isEvidenceKey)))
  );
}

function isChainStart(after: ChainPosition): boolean {
  return after.chain_index === CHAIN_START.chain_index && after.hash === CHAIN_START.hash;
}

/** Undefined stands for text that is no JSON; JSON itself has no undefined. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
