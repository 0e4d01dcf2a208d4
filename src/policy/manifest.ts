import type * as Yaml from 'yaml';
import { POLICY_MODES, POLICY_STATUSES, type PolicyMode, type PolicyStatus } from './bundle.js';
import { excerptOf, type PolicyFault } from './fault.js';

export const MANIFEST_NAMES = ['thoth.policy.yaml', 'thoth.policy.yml'] as const;

/** One entry of `bundles:`; only `file` is required. */
export interface ManifestEntry {
  readonly file: string;
  readonly name: string | undefined;
  readonly framework: 'CEDAR' | 'OPA' | undefined;
  readonly assignments: readonly string[] | undefined;
  readonly mode: PolicyMode | undefined;
  readonly status: PolicyStatus | undefined;
  readonly description: string | undefined;
  readonly line: number;
  readonly column: number;
}

const KEYS = [
  'name',
  'framework',
  'file',
  'assignments',
  'mode',
  'enforcement_mode',
  'status',
  'description',
];

type YamlModule = typeof Yaml;

/** Reads the manifest of a policy directory; every fault has its line and column. */
export async function readManifest(
  text: string,
  file: string,
): Promise<{ entries: ManifestEntry[]; faults: PolicyFault[] }> {
  const yaml = await import('yaml');
  return new ManifestReader(yaml, text, file).read();
}

class ManifestReader {
  private readonly faults: PolicyFault[] = [];
  private readonly counter;

  constructor(
    private readonly yaml: YamlModule,
    private readonly text: string,
    private readonly file: string,
  ) {
    this.counter = new yaml.LineCounter();
  }

  read(): { entries: ManifestEntry[]; faults: PolicyFault[] } {
    const document = this.yaml.parseDocument(this.text, {
      lineCounter: this.counter,
      prettyErrors: false,
      uniqueKeys: true,
    });
    for (const error of document.errors) this.fault(error.pos[0], 'manifest_syntax', error.message);
    if (this.faults.length > 0) return { entries: [], faults: this.faults };
    const entries: ManifestEntry[] = [];
    const root = document.contents;
    if (root === null) return { entries, faults: this.faults };
    if (!this.yaml.isMap(root)) {
      this.fault(0, 'manifest_shape', 'the manifest must be a mapping with a `bundles` list');
      return { entries, faults: this.faults };
    }
    for (const pair of root.items) {
      const key = this.yaml.isScalar(pair.key) ? String(pair.key.value) : '';
      if (key === 'version') continue;
      if (key !== 'bundles') {
        this.fault(this.offset(pair.key), 'manifest_key', `unknown key \`${key}\`; expected \`bundles\``);
        continue;
      }
      if (!this.yaml.isSeq(pair.value)) {
        this.fault(this.offset(pair.value ?? pair.key), 'manifest_shape', '`bundles` must be a list');
        continue;
      }
      for (const item of pair.value.items) {
        const entry = this.entry(item);
        if (entry) entries.push(entry);
      }
    }
    return { entries, faults: this.faults };
  }

  private entry(node: unknown): ManifestEntry | undefined {
    const start = this.offset(node);
    if (!this.yaml.isMap(node)) {
      this.fault(start, 'manifest_shape', 'each bundle must be a mapping with at least `file`');
      return undefined;
    }
    const before = this.faults.length;
    const values = new Map<string, { value: unknown; offset: number }>();
    for (const pair of node.items) {
      const key = this.yaml.isScalar(pair.key) ? String(pair.key.value) : '';
      if (!KEYS.includes(key))
        this.fault(
          this.offset(pair.key),
          'manifest_key',
          `unknown key \`${key}\`; known are ${KEYS.join(', ')}`,
        );
      const value: unknown = this.yaml.isNode(pair.value) ? pair.value.toJSON() : pair.value;
      values.set(key, { value, offset: this.offset(pair.value ?? pair.key) });
    }
    const text = (key: string): string | undefined => {
      const found = values.get(key);
      if (found === undefined || found.value === null) return undefined;
      if (typeof found.value === 'string' && found.value.trim() !== '') return found.value.trim();
      this.fault(found.offset, 'manifest_value', `\`${key}\` must be a non-empty text`);
      return undefined;
    };
    const oneOf = <T extends string>(key: string, allowed: readonly T[]): T | undefined => {
      const given = text(key);
      if (given === undefined) return undefined;
      const match = allowed.find((word) => word.toLowerCase() === given.toLowerCase());
      if (match === undefined)
        this.fault(
          values.get(key)?.offset ?? start,
          'manifest_value',
          `\`${key}\` is \`${given}\`; expected ${allowed.join(' or ')}`,
        );
      return match;
    };
    const file = text('file');
    if (file === undefined && !values.has('file'))
      this.fault(start, 'manifest_value', 'a bundle needs `file`');
    if (values.has('mode') && values.has('enforcement_mode'))
      this.fault(start, 'manifest_value', '`mode` and `enforcement_mode` are the same; give one');
    const given = oneOf('status', [...POLICY_STATUSES, 'disabled'] as const);
    const { line, col } = this.counter.linePos(start);
    const entry = {
      file: file ?? '',
      name: text('name'),
      framework: oneOf('framework', ['CEDAR', 'OPA'] as const),
      assignments: this.assignments(values.get('assignments')),
      mode: oneOf('mode', POLICY_MODES) ?? oneOf('enforcement_mode', POLICY_MODES),
      // The control plane stores `disabled` as `paused`; comparing the alias would never settle.
      status: given === 'disabled' ? 'paused' : given,
      description: text('description'),
      line,
      column: col,
    } satisfies ManifestEntry;
    return this.faults.length === before ? entry : undefined;
  }

  private assignments(found: { value: unknown; offset: number } | undefined): readonly string[] | undefined {
    if (found === undefined || found.value === null) return undefined;
    const list: unknown[] = Array.isArray(found.value) ? found.value : [found.value];
    const words = list.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
    if (words.length !== list.length) {
      this.fault(
        found.offset,
        'manifest_value',
        '`assignments` must be a list of `all`, `agent:<id>` or `<id>`',
      );
    }
    return words.map((word) => word.trim());
  }

  private offset(node: unknown): number {
    return this.yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0;
  }

  private fault(offset: number, code: string, message: string): void {
    const { line, col } = this.counter.linePos(offset);
    const place = { line: Math.max(1, line), column: Math.max(1, col) };
    this.faults.push({
      severity: 'error',
      code,
      message,
      file: this.file,
      ...place,
      excerpt: excerptOf(this.text, place.line, place.column),
    });
  }
}
