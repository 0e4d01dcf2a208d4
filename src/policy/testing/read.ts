import { readdir, stat } from 'node:fs/promises';
import { basename, join, posix, relative, sep } from 'node:path';
import * as z from 'zod/mini';
import { errorCode, usageError } from '../../errors/index.js';
import { PlacedDocument } from '../document.js';
import { callDefaultsSchema, type DescribedCall } from '../evaluate/call.js';
import { faultyPolicy, type PolicyFault } from '../fault.js';
import { readAuthored, unreadable } from '../read-file.js';
import { testFileSchema, testSchema, type Expectation } from './schema.js';

export interface PolicyTest {
  readonly name: string;
  /** Relative to the folder it was found in. */
  readonly file: string;
  /** As seen from where the folder was named. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly call: DescribedCall;
  readonly expect: Expectation;
}

const ENDING = /[._]test\.ya?ml$/iu;

/**
 * Tests of files and folders; of a folder, every `*.test.yaml` below it.
 * @throws ThothctlError `usage` when a path cannot be read or there is no test; `policy_invalid` with every fault.
 */
export async function readTests(paths: readonly string[]): Promise<readonly PolicyTest[]> {
  const faults: PolicyFault[] = [];
  const tests: PolicyTest[] = [];
  for (const path of paths) {
    for (const { file, shown } of await testFiles(path, faults)) {
      const text = await readAuthored(file, shown);
      if (typeof text !== 'string') {
        faults.push(text);
        continue;
      }
      const document = await PlacedDocument.parse(text, shown);
      tests.push(...testsOf(document, posix.normalize(file.split(sep).join('/'))));
      faults.push(...document.faults);
    }
  }
  if (faults.length > 0) throw faultyPolicy(faults, 'no test was run');
  if (tests.length === 0)
    throw usageError(
      `no test in ${paths.join(', ')}`,
      'write a file that ends in .test.yaml beside the policies; docs/guides/policy.md shows one',
    );
  return tests;
}

function testsOf(document: PlacedDocument, path: string): PolicyTest[] {
  if (document.faults.length > 0) return [];
  document.narrow(testFileSchema);
  const defaults = callDefaultsSchema.safeParse(document.at(['defaults']) ?? {});
  const list = z.array(z.unknown()).safeParse(document.at(['tests']));
  const names = new Set<string>();
  return (list.success ? list.data : []).flatMap((item, index): PolicyTest[] => {
    const read = testSchema.safeParse(item);
    if (!read.success) return [];
    const { name, call, expect } = read.data;
    if (names.has(name))
      document.fault(
        ['tests', index, 'name'],
        'test_name_twice',
        `\`${name}\` is already used`,
        'give the test another name',
      );
    names.add(name);
    return [
      {
        name,
        call: { ...(defaults.success ? defaults.data : {}), ...call },
        expect,
        path,
        ...document.place(['tests', index]),
      },
    ];
  });
}

async function testFiles(path: string, faults: PolicyFault[]): Promise<{ file: string; shown: string }[]> {
  const found = await stat(path).catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`test path ${path} cannot be read: ${reason}`, 'give an existing file or folder');
  });
  if (found.isFile()) return [{ file: path, shown: basename(path) }];
  const walk = async (folder: string): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      faults.push(unreadable(relative(path, folder).split(sep).join('/') || '.', cause));
      return [];
    });
    const nested = await Promise.all(
      entries
        .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
        .map((entry) => {
          const full = join(folder, entry.name);
          if (entry.isDirectory()) return walk(full);
          return ENDING.test(entry.name) ? [full] : [];
        }),
    );
    return nested.flat();
  };
  return (await walk(path))
    .sort()
    .map((file) => ({ file, shown: relative(path, file).split(sep).join('/') }));
}
