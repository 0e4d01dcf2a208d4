import type * as z from 'zod/mini';
import type * as Yaml from 'yaml';
import { nearest } from '../errors/nearest.js';
import { excerptOf, type PolicyFault } from './fault.js';
import { describedAs, knownMembers } from './schema-words.js';

export type DocumentPath = readonly (string | number)[];

type Issue = z.core.$ZodIssue;

export interface PlaceInFile {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
}

/** A YAML file of an author: its value, and where each part of it stands. */
export class PlacedDocument {
  readonly faults: PolicyFault[] = [];

  private constructor(
    readonly file: string,
    private readonly text: string,
    private readonly yaml: typeof Yaml,
    private readonly counter: Yaml.LineCounter,
    private readonly parsed: Yaml.Document.Parsed,
    /** Undefined when the file is not YAML, or empty. */
    readonly value: unknown,
  ) {}

  /** Never rejects on account of the text; what is wrong with it is among `faults`. */
  static async parse(text: string, file: string): Promise<PlacedDocument> {
    const yaml = await import('yaml');
    const counter = new yaml.LineCounter();
    const parsed = yaml.parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
    let value: unknown;
    let overflow = false;
    try {
      value = parsed.errors.length > 0 ? undefined : parsed.toJS();
    } catch {
      // The library counts what aliases expand to: a few lines can stand for gigabytes.
      overflow = true;
    }
    const document = new PlacedDocument(file, text, yaml, counter, parsed, value ?? undefined);
    // What follows the place where the reader gave up is its confusion, thousands of faults long.
    const tooDeep = parsed.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
    if (tooDeep !== undefined)
      document.#faultAt(
        tooDeep.pos[0],
        'manifest_syntax',
        'it nests too deeply to be read',
        'write it flatter',
      );
    else for (const error of parsed.errors) document.#faultAt(error.pos[0], 'manifest_syntax', error.message);
    if (overflow)
      document.#faultAt(0, 'manifest_syntax', 'aliases expand to too much', 'write the values out');
    return document;
  }

  /** Narrows the value, or a part of it; what does not fit is added to `faults`, each with its place. */
  narrow<T>(schema: z.ZodMiniType<T>, path: DocumentPath = []): T | undefined {
    const read = schema.safeParse(this.at(path));
    if (read.success) return read.data;
    for (const issue of read.error.issues) this.#report(issue, path, schema);
    return undefined;
  }

  fault(path: DocumentPath, code: string, message: string, fix?: string): void {
    this.#faultAt(this.#offsetOf(path), code, message, fix);
  }

  /** The same for what may stay as it is. */
  warn(path: DocumentPath, code: string, message: string, fix?: string): void {
    this.#faultAt(this.#offsetOf(path), code, message, fix, 'warning');
  }

  place(path: DocumentPath): PlaceInFile {
    const { line, column } = this.#lineOf(this.#offsetOf(path));
    return { file: this.file, line, column, excerpt: excerptOf(this.text, line, column) };
  }

  /** The part of the value at a path; undefined where there is none. */
  at(path: DocumentPath): unknown {
    let value = this.value;
    for (const key of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    }
    return value;
  }

  #report(issue: Issue, above: DocumentPath, schema: z.ZodMiniType): void {
    const inner = issue.path.filter((key) => typeof key !== 'symbol');
    const path = [...above, ...inner];
    if (issue.code === 'unrecognized_keys') {
      const known = knownMembers(schema, inner);
      for (const key of issue.keys)
        this.#faultAt(
          this.#offsetOf([...path, key], 'key'),
          'manifest_key',
          `unknown key \`${key}\``,
          meant(key, known),
        );
      return;
    }
    const described = describedAs(schema, inner);
    const name = path.at(-1);
    const missing = this.at(path) === undefined && typeof name === 'string';
    const remedy = missing ? `add \`${name}\`${described === undefined ? '' : `: ${described}`}` : described;
    this.fault(path, 'manifest_value', this.#words(issue, path), remedy);
  }

  #words(issue: Issue, path: DocumentPath): string {
    const name = path.at(-1);
    const subject =
      typeof name === 'string' ? `\`${name}\`` : typeof name === 'number' ? 'the entry' : 'the file';
    const given = this.at(path);
    if (given === undefined) return `${subject} is missing`;
    switch (issue.code) {
      case 'invalid_type':
        return `${subject} must be ${NOUNS[issue.expected] ?? issue.expected}`;
      case 'invalid_value':
        return `${subject} is ${JSON.stringify(given)}; expected ${issue.values.map(String).join(', ')}`;
      case 'too_small':
        return typeof given === 'number'
          ? `${subject} must be ${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`
          : `${subject} must not be empty`;
      case 'too_big':
        return `${subject} must be at most ${issue.maximum}`;
      case 'invalid_union':
        return `${subject} has none of the allowed forms`;
      case 'custom':
        return `${subject} ${issue.message}`;
      default:
        return `${subject} is not valid`;
    }
  }

  /** Where the value stands, or the nearest part around it that is there. */
  #offsetOf(path: DocumentPath, part: 'key' | 'value' = 'value'): number {
    let node: unknown = this.parsed.contents;
    let offset = this.#startOf(node) ?? 0;
    for (const [index, key] of path.entries()) {
      if (this.yaml.isAlias(node)) node = node.resolve(this.parsed);
      if (!this.yaml.isCollection(node)) return offset;
      const pair = this.yaml.isMap(node)
        ? node.items.find((each) => this.yaml.isScalar(each.key) && String(each.key.value) === String(key))
        : undefined;
      const next = pair === undefined ? node.get(key, true) : pair.value;
      const atKey = pair !== undefined && (next === null || (part === 'key' && index === path.length - 1));
      const start = this.#startOf(atKey ? pair.key : next);
      if (start === undefined) return offset;
      offset = start;
      node = next;
    }
    return offset;
  }

  #startOf(node: unknown): number | undefined {
    return this.yaml.isNode(node) ? node.range?.[0] : undefined;
  }

  #lineOf(offset: number): { line: number; column: number } {
    const { line, col } = this.counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #faultAt(
    offset: number,
    code: string,
    message: string,
    fix?: string,
    severity: PolicyFault['severity'] = 'error',
  ): void {
    const { line, column } = this.#lineOf(offset);
    this.faults.push({
      severity,
      code,
      message,
      file: this.file,
      line,
      column,
      excerpt: excerptOf(this.text, line, column),
      ...(fix === undefined ? {} : { fix }),
    });
  }
}

function meant(key: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = nearest(key, known);
  return `${near === undefined ? '' : `did you mean \`${near}\`? `}it may have ${known.join(', ')}`;
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};
