import { createHash } from 'node:crypto';

const LONGEST_SEGMENT = 100;

/**
 * Gives each bundle a file. Names come from the control plane and may hold anything: one that would leave the
 * directory, hide, or not be read as policy again gets a file of another name, and the manifest keeps its own.
 */
export class FileNames {
  /** Lower-cased: some file systems know no other case. */
  readonly #taken = new Set<string>();

  constructor(taken: Iterable<string>) {
    for (const file of taken) this.#taken.add(file.toLowerCase());
  }

  fileFor(name: string, framework: string): string {
    const ending = framework.toUpperCase() === 'CEDAR' ? '.cedar' : '.rego';
    const plain = `${name}${ending}`;
    const file = isPlain(name) && !this.#taken.has(plain.toLowerCase()) ? plain : `${slug(name)}${ending}`;
    this.#taken.add(file.toLowerCase());
    return file;
  }
}

function isPlain(name: string): boolean {
  if (/_test$/iu.test(name)) return false;
  const segments = name.split('/');
  return segments.every(
    (segment, index) =>
      /^[A-Za-z0-9_][A-Za-z0-9._-]*$/u.test(segment) &&
      !segment.endsWith('.') &&
      segment.length <= LONGEST_SEGMENT &&
      segment !== 'node_modules' &&
      // A folder may not be called like the file of another bundle.
      (index === segments.length - 1 || !/\.(?:cedar|rego|ya?ml)$/iu.test(segment)),
  );
}

function slug(name: string): string {
  const words = name.replace(/[^A-Za-z0-9]+/gu, '-').replace(/^-+|-+$/gu, '');
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${words.slice(0, 60) || 'bundle'}-${hash}`;
}
