import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { errorCode, usageError } from '../../errors/index.js';
import { PlacedDocument, type DocumentPath } from '../document.js';
import { grantsSchema, principalsSchema, resourcesSchema } from './schema.js';
import type { Grants, Principals, Resources } from './schema.js';

const TEMPLATE_FILES = {
  principals: 'principals.yaml',
  resources: 'resources.yaml',
  grants: 'grants.yaml',
} as const;

/** A template with its places; `value` is undefined when it has a fault of form. */
interface Template<T> {
  readonly document: PlacedDocument;
  readonly value: T | undefined;
}

export interface Templates {
  readonly principals: Template<Principals>;
  readonly resources: Template<Resources>;
  readonly grants: Template<Grants>;
}

const LARGEST_BYTES = 4 * 1024 * 1024;
const FORM_OF_A_PLACEHOLDER = /^<[^<>]+>$|\{\{.*\}\}|\$\{.*\}|^(?:replace|change)[-_ ]?me\b|^TOD[O]\b/iu;

/** The three templates of a folder, with every fault of form. @throws ThothctlError `usage` when one cannot be read */
export async function readTemplates(folder: string): Promise<Templates> {
  const [principals, resources, grants] = await Promise.all([
    readTemplate(folder, TEMPLATE_FILES.principals, principalsSchema),
    readTemplate(folder, TEMPLATE_FILES.resources, resourcesSchema),
    readTemplate(folder, TEMPLATE_FILES.grants, grantsSchema),
  ]);
  return { principals, resources, grants };
}

async function readTemplate<T>(folder: string, name: string, schema: z.ZodMiniType<T>): Promise<Template<T>> {
  const document = await PlacedDocument.parse(await textOf(join(folder, name)), name);
  if (document.faults.length > 0) return { document, value: undefined };
  reportPlaceholders(document, document.value, []);
  return { document, value: document.narrow(schema) };
}

async function textOf(path: string): Promise<string> {
  try {
    if ((await stat(path)).size <= LARGEST_BYTES) return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(
      `${path} cannot be read: ${reason}`,
      `give a folder with ${Object.values(TEMPLATE_FILES).join(', ')}`,
    );
  }
  throw usageError(`${path} is larger than 4 MiB`, 'that is no template');
}

/** Published templates carry placeholders; compiled, they would grant something to nobody. */
function reportPlaceholders(document: PlacedDocument, value: unknown, path: DocumentPath): void {
  if (typeof value === 'string' && FORM_OF_A_PLACEHOLDER.test(value.trim()))
    document.fault(
      path,
      'template_placeholder',
      `\`${value.trim()}\` is a placeholder`,
      'write the real value',
    );
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    reportPlaceholders(document, inner, [...path, Array.isArray(value) ? Number(key) : key]);
}
