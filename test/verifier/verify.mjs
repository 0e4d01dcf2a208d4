#!/usr/bin/env node
// A second verifier of evidence exports, written from docs/evidence-format.md alone. It imports nothing of the product.
//
//   node verify.mjs EXPORT [--head HEAD.json] [--keys KEYS.json] [--after INDEX:HASH] [--receipts RECEIPTS.ndjson]
//
// Prints one JSON object. Exit 0 verified, 10 failed, 11 unverifiable. With --receipts every receipt of the file must be
// genuine and its record on the chain; a receipt seen twice or not found is a failure.
import { createHash, createPublicKey, verify as verifyEd25519 } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RECORD_TEXTS = ['previous_hash', 'hash', 'signature', 'key_id', 'tenant_id', 'evidence_id'];
const HEAD_TEXTS = ['hash', 'key_id', 'signature', 'signed_at', 'tenant_id'];

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isIndex = (value) => Number.isSafeInteger(value) && value >= 0;
const fail = (index, reason) => ({ outcome: 'failed', index, reason });
const unverifiable = (reason) => ({ outcome: 'unverifiable', reason });

// Section 1: RFC 8785. JSON.stringify already writes numbers and strings as the RFC asks; order and refusals are ours.
export function jcs(value, level = 0) {
  if (typeof value === 'string') {
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value))
      throw new RangeError('surrogate');
    return JSON.stringify(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('number');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (level === 64) throw new RangeError('too deep');
  if (Array.isArray(value)) return `[${value.map((item) => jcs(item, level + 1)).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${jcs(name)}:${jcs(value[name], level + 1)}`).join(',')}}`;
}

const without = (object, ...names) => {
  const rest = Object.entries(object).filter(([name]) => !names.includes(name));
  return Object.fromEntries(rest);
};

const sha256 = (text) => createHash('sha256').update(text, 'utf8').digest('hex');

function base64url(text, length) {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text ? bytes : null;
}

function signedBy(publicKey, text, signature) {
  const bytes = base64url(signature, 64);
  return bytes !== null && verifyEd25519(null, Buffer.from(text, 'utf8'), publicKey, bytes);
}

function keyTable(keys) {
  const table = new Map();
  const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
  for (const key of keys) {
    const raw = base64url(key.public_key, 32);
    if (raw === null) continue;
    const der = Buffer.concat([spkiPrefix, raw]);
    table.set(key.key_id, createPublicKey({ key: der, format: 'der', type: 'spki' }));
  }
  return table;
}

// Section 3.2.
export function receiptFor(record) {
  const receipt = {
    receipt_id: `rcp_${record.hash.slice(0, 32)}`,
    decision_id: typeof record.decision_id === 'string' ? record.decision_id : record.evidence_id,
    schema_version: '1',
    key_id: record.key_id,
    signing_algorithm: 'ed25519',
    tenant_id: record.tenant_id,
    chain_index: record.chain_index,
    hash: record.hash,
  };
  if (typeof record.decision === 'string') {
    receipt.decision = { authorization_decision: record.decision };
    if (typeof record.decision_reason_code === 'string') {
      receipt.decision.decision_reason_code = record.decision_reason_code;
    }
  }
  return receipt;
}

function splitLines(bytes) {
  const lines = [];
  for (let from = 0; from < bytes.length;) {
    const at = bytes.indexOf(0x0a, from);
    const to = at === -1 ? bytes.length : at;
    lines.push({ bytes: bytes.subarray(from, to), ended: at !== -1 });
    from = to + 1;
  }
  return lines;
}

function parse(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function isCanonical(parsed) {
  try {
    return jcs(parsed.value) === parsed.text;
  } catch {
    return false;
  }
}

function readHeader(line) {
  const parsed = line && parse(line.bytes);
  const header = parsed?.value;
  if (!isObject(header) || header.type !== 'thothctl.evidence.export' || typeof header.version !== 'number') {
    return unverifiable('not_evidence');
  }
  if (header.version !== 1) return unverifiable('unknown_version');
  const shaped =
    Object.keys(header).sort().join() === 'after,keys,tenant_id,type,version' &&
    typeof header.tenant_id === 'string' &&
    isObject(header.after) &&
    isIndex(header.after.chain_index) &&
    typeof header.after.hash === 'string' &&
    Array.isArray(header.keys) &&
    header.keys.every(
      (key) =>
        isObject(key) &&
        key.algorithm === 'ed25519' &&
        typeof key.key_id === 'string' &&
        typeof key.public_key === 'string',
    );
  return shaped && isCanonical(parsed) ? { header } : unverifiable('not_evidence');
}

function isOwnHead(value) {
  return isObject(value) && value.type === 'thothctl.evidence.head' && !Object.hasOwn(value, 'previous_hash');
}

function checkRecord(record, state, doubt) {
  const due = state.index + 1;
  if (
    !isObject(record) ||
    !isIndex(record.chain_index) ||
    !RECORD_TEXTS.every((name) => typeof record[name] === 'string')
  ) {
    return fail(due, 'malformed_record');
  }
  if (record.tenant_id !== state.tenant) return fail(due, 'other_tenant');
  if (record.chain_index !== due) return fail(due, 'wrong_index');
  if (record.previous_hash !== state.hash) return fail(due, 'broken_link');
  if (sha256(jcs(without(record, 'hash', 'signature', 'receipt'))) !== record.hash)
    return fail(due, 'wrong_hash');
  const receipt = receiptFor(record);
  if (
    record.receipt !== undefined &&
    jcs(record.receipt) !== jcs({ ...receipt, signature: record.signature })
  ) {
    return fail(due, 'wrong_receipt');
  }
  if (record.format_version !== 1) return void doubt('unknown_version');
  const key = state.keys.get(record.key_id);
  if (!key) return void doubt('missing_key');
  if (!signedBy(key, jcs(receipt), record.signature)) return fail(due, 'wrong_signature');
  return null;
}

function checkHead(head, own, state, doubt) {
  const end = state.index + 1;
  const shaped =
    isObject(head) &&
    head.type === 'thothctl.evidence.head' &&
    typeof head.version === 'number' &&
    isIndex(head.chain_index) &&
    HEAD_TEXTS.every((name) => typeof head[name] === 'string');
  if (!shaped) return fail(end, 'malformed_head');
  if (head.tenant_id !== state.tenant) return fail(end, 'other_tenant');
  const key = state.keys.get(head.key_id);
  if (!key) return void doubt('missing_key');
  let text;
  try {
    text = jcs(without(head, 'signature'));
  } catch {
    return fail(end, 'wrong_head_signature');
  }
  if (!signedBy(key, text, head.signature)) return fail(end, 'wrong_head_signature');
  if (head.version !== 1) return void doubt('unknown_version');
  if (head.chain_index > state.index) return fail(end, 'truncated');
  if (own && head.chain_index < state.index) return fail(head.chain_index + 1, 'beyond_head');
  if (head.chain_index < state.start) return void doubt('head_before_segment');
  if (state.hashes.get(head.chain_index) !== head.hash) return fail(head.chain_index, 'head_mismatch');
  return null;
}

/** @param {Buffer} bytes of an export file */
export function verifyExport(bytes, { keys, savedHead, after } = {}) {
  const [headerLine, ...lines] = splitLines(bytes);
  const read = readHeader(headerLine);
  if (!read.header) return read;
  const { header } = read;
  let doubtful = null;
  const doubt = (reason) => {
    doubtful ??= unverifiable(reason);
  };
  const start = after ?? header.after;
  if (!after && (start.chain_index !== 0 || start.hash !== '')) doubt('segment_without_anchor');
  const state = {
    tenant: header.tenant_id,
    keys: keyTable(keys ?? header.keys),
    start: start.chain_index,
    index: start.chain_index,
    hash: start.hash,
    hashes: new Map([[start.chain_index, start.hash]]),
  };
  let ownHead;
  for (const [i, line] of lines.entries()) {
    const parsed = parse(line.bytes);
    if (!parsed) return fail(state.index + 1, 'malformed_record');
    if (!line.ended || !isCanonical(parsed)) return fail(state.index + 1, 'not_canonical');
    if (i === lines.length - 1 && isOwnHead(parsed.value)) {
      ownHead = parsed.value;
      break;
    }
    const failure = checkRecord(parsed.value, state, doubt);
    if (failure) return failure;
    state.index = parsed.value.chain_index;
    state.hash = parsed.value.hash;
    state.hashes.set(state.index, state.hash);
  }
  for (const [head, own] of [
    [savedHead, false],
    [ownHead, true],
  ]) {
    const failure = head === undefined ? null : checkHead(head, own, state, doubt);
    if (failure) return failure;
  }
  if (ownHead === undefined && savedHead === undefined) doubt('no_head');
  return (
    doubtful ?? { outcome: 'verified', records: state.index - state.start, last_index: state.index, state }
  );
}

/** Every receipt genuine, of this chain, and mentioned once. Returns the first one that is not, or null. */
export function checkReceipts(receipts, { hashes, keys, tenant }) {
  const seen = new Set();
  for (const [i, receipt] of receipts.entries()) {
    const key = keys.get(receipt.key_id);
    const genuine = key && signedBy(key, jcs(without(receipt, 'signature')), receipt.signature);
    if (!genuine) return { receipt: i, reason: 'wrong_signature' };
    if (receipt.tenant_id !== tenant) return { receipt: i, reason: 'other_tenant' };
    if (hashes.get(receipt.chain_index) !== receipt.hash) return { receipt: i, reason: 'not_on_chain' };
    if (seen.has(receipt.chain_index)) return { receipt: i, reason: 'repeated' };
    seen.add(receipt.chain_index);
  }
  return null;
}

function main(argv) {
  const options = { '--head': undefined, '--keys': undefined, '--after': undefined, '--receipts': undefined };
  const files = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] in options) options[argv[i]] = argv[++i];
    else files.push(argv[i]);
  }
  if (files.length !== 1) {
    console.error(
      'usage: verify.mjs EXPORT [--head FILE] [--keys FILE] [--after INDEX:HASH] [--receipts FILE]',
    );
    return 2;
  }
  const json = (path) => (path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8')));
  const anchor = /^(\d+):([0-9a-f]*)$/.exec(options['--after'] ?? '');
  const result = verifyExport(readFileSync(files[0]), {
    keys: json(options['--keys']),
    savedHead: json(options['--head']),
    after: anchor ? { chain_index: Number(anchor[1]), hash: anchor[2] } : undefined,
  });
  const { state, ...printed } = result;
  if (result.outcome === 'verified' && options['--receipts']) {
    const lines = readFileSync(options['--receipts'], 'utf8').split('\n').filter(Boolean);
    const bad = checkReceipts(
      lines.map((line) => JSON.parse(line)),
      state,
    );
    Object.assign(printed, bad ? { outcome: 'failed', ...bad } : { receipts: lines.length });
  }
  console.log(JSON.stringify(printed));
  return { verified: 0, failed: 10, unverifiable: 11 }[printed.outcome];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
