import { expect } from 'vitest';
import { bytesOf, FORWARDED, idOf, type Item } from './messages.js';
import { idKey, linesOf, rawId } from './wires.js';

/** What the two ends of one conversation and the enforcer saw of it. */
export interface Witnessed {
  readonly items: readonly Item[];
  /** Every line came on a connection of its own, where ids and cancellations of others mean nothing. */
  readonly apart?: boolean;
  /** The client left before it had its answers. */
  readonly hurry: boolean;
  /** Bytes that the server got. */
  readonly received: Buffer;
  /** The checks that the enforcer was asked. */
  readonly checks: readonly Record<string, unknown>[];
}

/** The other direction of a conversation on one connection. */
export interface Heard {
  /** Lines that the server sent. */
  readonly sent: readonly Buffer[];
  readonly toClient: Buffer;
}

type Call = Extract<Item, { kind: 'call' }>;

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

/** The index of the item that a request has its id of; undefined when it is no request. */
function ownerOf(item: Item, index: number): number | undefined {
  if (item.kind === 'call') return item.owner;
  return item.kind === 'plain' && item.request ? index : undefined;
}

function mayBeCancelled(items: readonly Item[], owner: number): boolean {
  return items.some((item) => item.kind === 'cancel' && item.target === owner);
}

/** Ids of the replies that a client has, each as often as it came. */
export function answeredIds(toClient: Buffer): string[] {
  return linesOf(toClient).flatMap((line) => {
    const text = line.toString('utf8');
    const raw = rawId(text);
    return raw === undefined || 'method' in Object(JSON.parse(text)) ? [] : [idKey(raw)];
  });
}

/** True once every request has its answers. */
export function isComplete(items: readonly Item[], toClient: Buffer): boolean {
  const answers = answeredIds(toClient);
  const owners = new Set(items.flatMap((item, index) => ownerOf(item, index) ?? []));
  return [...owners].every(
    (owner) => answers.filter((id) => id === idOf(owner)).length >= repliesDue(items, owner),
  );
}

/** How many replies there must be for an id at least. */
function repliesDue(items: readonly Item[], owner: number): number {
  return mayBeCancelled(items, owner)
    ? 0
    : items.filter((item, index) => ownerOf(item, index) === owner).length;
}

/** Nothing reached the server but what the enforcer allowed and what is no call; not a byte of it is another. */
export function judgeServer(seen: Witnessed): void {
  const arrived = linesOf(seen.received).map(latin1);
  const times = (line: Buffer): number => arrived.filter((each) => each === latin1(line)).length;
  const explained = new Set<string>();
  seen.items.forEach((item, index) => {
    const own = bytesOf(item);
    if (item.kind === 'hostile') expect(times(own), 'a hostile line').toBe(0);
    else explained.add(latin1(own));
    if (item.kind === 'plain') expect(times(own), 'a line that is no call').toBe(1);
    if (item.kind === 'damaged') judgeDamaged(own, times(own));
    if (item.kind === 'call') explained.add(judgeCall(item, index, seen, times));
  });
  for (const line of arrived)
    expect(explained.has(line), `the server got ${JSON.stringify(line)}`).toBe(true);
  const plain = seen.items.filter(({ kind }) => kind === 'plain').map((item) => latin1(bytesOf(item)));
  if (seen.apart === true) return;
  const inOrder = new Set(plain);
  expect(arrived.filter((line) => inOrder.has(line))).toEqual(plain);
}

function judgeDamaged(line: Buffer, times: number): void {
  if (times === 0) return;
  expect(times).toBe(1);
  const message = Object(JSON.parse(line.toString('utf8')));
  if (message.method === 'tools/call') expect(FORWARDED).toContain(Object(message.params).name);
}

/** Gives the only other form in which the call may have reached the server. */
function judgeCall(item: Call, index: number, seen: Witnessed, times: (line: Buffer) => number): string {
  const own = bytesOf(item);
  const checks = seen.checks.filter(
    ({ tool_args: args, tool_name: tool }) => tool === item.tool && Object(args).of === `${index}`,
  );
  expect(checks.length, `checks of a call of ${item.tool}`).toBeLessThanOrEqual(1);
  const judged = JSON.stringify(checks[0]?.['tool_args'] ?? null);
  const changed = Buffer.from(`${item.before}{"safe":[${judged}]}${item.after}`);
  const asChanged = item.tool === 'modify' ? times(changed) : 0;
  const asItIs = times(own);
  if (asItIs + asChanged > 0) {
    expect(asItIs + asChanged).toBe(1);
    expect(checks, `a call of ${item.tool} that nobody decided`).toHaveLength(1);
    expect(asChanged === 1 ? 'modify' : FORWARDED.has(item.tool), item.tool).toBeTruthy();
    if (!judged.includes('[truncated]')) expect(judged).toBe(onTheWire(item.args));
    return latin1(asChanged === 1 ? changed : own);
  }
  const mayMiss =
    (seen.apart !== true && (mayBeCancelled(seen.items, item.owner) || sharesItsId(seen.items, index))) ||
    (seen.hurry && item.tool === 'held') ||
    (item.tool === 'modify' && judged.includes('[truncated]'));
  const wanted = FORWARDED.has(item.tool) || item.tool === 'modify';
  expect(wanted && !mayMiss, `a call of ${item.tool} that never arrived: ${latin1(own)}`).toBe(false);
  return latin1(own);
}

/** Arguments as the enforcer reads them: JSON has no number beyond the largest. */
function onTheWire(args: string): string {
  return JSON.stringify(JSON.parse(args), (_name, value: unknown) =>
    value === Infinity || value === -Infinity ? String(value) : value,
  );
}

function sharesItsId(items: readonly Item[], index: number): boolean {
  const own = idOfItem(items[index], index);
  return items.some((item, at) => at !== index && idOfItem(item, at) === own);
}

/** The id with which a line could keep the id of another in use, or be answered in place of it. */
function idOfItem(item: Item | undefined, index: number): string | undefined {
  if (item === undefined || item.kind === 'cancel') return undefined;
  if (item.kind === 'damaged' || item.kind === 'hostile') return idOfLine(item);
  const owner = ownerOf(item, index);
  return owner === undefined ? undefined : idOf(owner);
}

function idOfLine(item: Item): string | undefined {
  const raw = rawId(bytesOf(item).toString('utf8'));
  return raw === undefined ? undefined : idKey(raw);
}

/** All that the server said came to the client in its order; what else came answers a request, and each has an answer. */
export function judgeClient({ items, sent, toClient }: Witnessed & Heard): void {
  const said = sent.map(latin1);
  const known = new Set(said);
  const heard = linesOf(toClient);
  expect(
    heard.map(latin1).filter((line) => known.has(line)),
    'what the server said, in its order',
  ).toEqual(said);
  for (const line of heard.filter((each) => !known.has(latin1(each)))) {
    const message = Object(JSON.parse(line.toString('utf8')));
    expect(message.jsonrpc, latin1(line)).toBe('2.0');
  }
  const answers = answeredIds(toClient);
  // A refusal bears the id of what it refuses.
  const strays = items.filter(({ kind }) => kind === 'damaged' || kind === 'hostile').map(idOfLine);
  items.forEach((item, index) => {
    const owner = ownerOf(item, index);
    if (owner === undefined) return;
    const id = idOf(owner);
    const count = answers.filter((each) => each === id).length;
    expect(count, `answers to ${id}`).toBeGreaterThanOrEqual(repliesDue(items, owner));
    const asked = items.filter((each, at) => ownerOf(each, at) === owner).length;
    expect(count, `answers to ${id}`).toBeLessThanOrEqual(
      asked + strays.filter((each) => each === id).length,
    );
  });
}
