import type { OperationId, OperationTypes } from '../../contract/index.js';
import { faultyInput, type RowFault } from './place.js';
import type { ReadSource } from './read-source.js';
import type { Fields, SourceRow } from './source.js';
import { unknownMember } from './unknown-member.js';

export type Body<Id extends OperationId> = NonNullable<OperationTypes[Id]['body']>;

/** A family of resources that can be made from the rows of a file. */
export interface BulkFamily<Id extends OperationId> {
  /** In words, plural: `endpoints`. */
  readonly what: string;
  /** Its request body is one row. */
  readonly operation: Id;
  readonly fields: Fields;
  /** What no two rows may share; undefined for a row that shares nothing. Named in messages by `keyName`. */
  readonly key: (body: Body<Id>) => string | undefined;
  readonly keyName: string;
  /** What the contract's schema cannot say about a row. */
  readonly objection?: (body: Body<Id>) => Objection | undefined;
}

interface Objection {
  readonly member?: string;
  readonly message: string;
  readonly fix: string;
}

/**
 * Bodies of all rows, in their order.
 *
 * @throws ThothctlError `input_invalid` with every fault of the whole input.
 */
export async function checkRows<Id extends OperationId>(
  { source, name }: ReadSource,
  family: BulkFamily<Id>,
): Promise<Body<Id>[]> {
  const found: (Objection & { readonly row: number })[] = [];
  const bodies: Body<Id>[] = [];
  const taken = new Map<string, number>();
  // The validators of every operation stand behind this module; commands that check no rows must not carry them.
  const { describeIssues, requestSchema } = await import('../../contract/validators.js');
  const schema = await requestSchema(family.operation);
  for (const [row, members] of source.rows.entries()) {
    found.push(...unknownMembers(members, family.fields).map((each) => ({ ...each, row })));
    const read = schema?.safeParse(withoutNulls(members));
    if (read === undefined) continue;
    if (!read.success) {
      const texts = describeIssues(read.error);
      for (const [index, issue] of read.error.issues.entries()) {
        const [member] = issue.path;
        const { path = '', message = 'is not valid' } = texts[index] ?? {};
        if (typeof member === 'string' && (members[member] ?? null) === null) {
          found.push({ row, member, message: `${member} is missing`, fix: 'add it' });
          continue;
        }
        found.push({
          row,
          ...(typeof member === 'string' ? { member } : {}),
          message: path === '' ? `the row ${message}` : `${path} ${message}`,
          fix: 'correct it',
        });
      }
    }
    const body = read.success ? read.data : undefined;
    if (read.success && (body === undefined || body === null)) continue;
    if (body) bodies.push(body);
    const objection = body ? family.objection?.(body) : undefined;
    if (objection) found.push({ ...objection, row });
    const key = body ? family.key(body) : textOf(members[family.keyName]);
    if (key === undefined) continue;
    const first = taken.get(key);
    if (first === undefined) taken.set(key, row);
    else found.push({ row, member: family.keyName, ...repeated(family.keyName, key, first) });
  }
  if (source.faults.length + found.length === 0) return bodies;
  const locate = await source.locator();
  const placed: RowFault[] = found.map(({ row, member, message, fix }) => ({
    ...locate(row, member),
    message,
    fix,
  }));
  // A row that could not be read fails the contract as well; its own fault says it better.
  const unreadable = new Set(source.faults.map((fault) => fault.line));
  throw faultyInput(name, [...source.faults, ...placed.filter((fault) => !unreadable.has(fault.line))]);
}

function unknownMembers(members: SourceRow, fields: Fields): Objection[] {
  const unknown = Object.keys(members).filter((member) => !Object.hasOwn(fields, member));
  return unknown.map((member) => ({ member, ...unknownMember(member, fields) }));
}

/** A null says nothing, like an empty cell. */
function withoutNulls(members: SourceRow): SourceRow {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

/** The key of a row that is faulty otherwise. */
const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

function repeated(keyName: string, key: string, first: number) {
  return {
    message: `${keyName} ${JSON.stringify(key)} is already that of row ${first + 1}`,
    fix: 'keep one of the rows',
  };
}
