import { readFile, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { loadSchemas } from '../contract/validators.js';
import { usageError } from '../errors/index.js';
import { frameworkOf } from '../policy/bundle.js';
import { policyContent, policyHash } from '../policy/content-hash.js';
import { PlacedDocument, type DocumentPath } from '../policy/document.js';
import { faultyTenantFile } from './fault.js';
import { lintSource } from '../policy/lint/check.js';
import { modeFor, statusFor } from '../policy/load.js';
import { readAuthored } from '../policy/read-file.js';
import { isJsonObject } from '../json/object.js';
import { isSecretPath } from '../secret-reference/secret-path.js';
import { secretPaths } from './compare.js';
import { KINDS } from './kinds/index.js';
import { type Fields, type Item, type Kind, type SectionName } from './kinds/kind.js';
import { bundleSchema, tenantFileSchema } from './schema.js';
import { isSecretReference } from '../secret-reference/index.js';

export interface TenantFile {
  /** Folder that files and secrets are relative to. */
  readonly folder: string;
  readonly tenant: string | undefined;
  /** Only sections the file has. */
  readonly sections: ReadonlyMap<SectionName, readonly Item[]>;
  /** `file:line:column` of a part of the file. */
  readonly placeOf: (path: DocumentPath) => string;
}

const LARGEST_BYTES = 16 * 1024 * 1024;

/**
 * Reads a tenant file with everything it refers to. Every fault of it is found before anything is sent.
 * @throws ThothctlError `tenant_file_invalid` listing all faults with their places
 */
export async function readTenantFile(path: string): Promise<TenantFile> {
  const document = await PlacedDocument.parse(await textOf(path), path);
  if (document.faults.length === 0) document.narrow(tenantFileSchema);
  // A file of another shape has no members to look into.
  const shaped = document.faults.length === 0;
  if (shaped) {
    await checkSettings(document);
    checkSecrets(document);
    checkBundleModes(document);
  }
  const folder = dirname(resolve(path));
  const sections = new Map<SectionName, readonly Item[]>();
  if (shaped) {
    for (const kind of KINDS) {
      const value = document.at([kind.section]);
      if (!isJsonObject(value)) continue;
      const items = itemsOf(kind, value);
      const read =
        kind.section === 'policy_bundles'
          ? await Promise.all(items.map((item) => bundle(document, folder, item)))
          : items;
      sections.set(
        kind.section,
        read.map((item) => (kind.section === 'api_keys' ? keyFileIn(folder, item) : item)),
      );
    }
  }
  if (document.faults.length > 0) throw faultyTenantFile(document.faults);
  const tenant = document.at(['tenant']);
  return {
    folder,
    tenant: typeof tenant === 'string' ? tenant : undefined,
    sections,
    placeOf: (path) => {
      const { file, line, column } = document.place(path);
      return `${file}:${line}:${column}`;
    },
  };
}

async function textOf(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > LARGEST_BYTES)
      throw usageError(`${path} is larger than 16 MiB`, 'that is no tenant file');
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && 'errno' in cause)) throw cause;
    throw usageError(
      `The tenant file ${path} cannot be read (${String(cause.code)})`,
      'give an existing YAML file',
    );
  }
}

function itemsOf({ levels }: Kind, value: Fields): Item[] {
  if (levels === 0) return [{ identity: [], fields: value }];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (!isJsonObject(inner)) return [];
    if (levels === 1) return [{ identity: [name], fields: inner }];
    return Object.entries(inner).flatMap(([second, fields]) =>
      isJsonObject(fields) ? [{ identity: [name, second], fields }] : [],
    );
  });
}

/** The settings are an open document; the members the contract knows must fit it. */
async function checkSettings(document: PlacedDocument): Promise<void> {
  if (document.at(['settings']) === undefined) return;
  const { request } = await loadSchemas('updateTenantSettings');
  const read = request?.().safeParse(document.at(['settings']));
  for (const issue of read?.error?.issues ?? []) {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    document.fault(['settings', ...path], 'tenant_file_value', `\`${path.join('.')}\`: ${issue.message}`);
  }
}

/** A secret in the file itself would end up in the repository. */
function checkSecrets(document: PlacedDocument): void {
  for (const kind of KINDS) {
    if (kind.secret === undefined) continue;
    const value = document.at([kind.section]);
    if (!isJsonObject(value)) continue;
    for (const path of secretPaths(value, { secret: isSecretPath })) {
      const place: DocumentPath = [kind.section, ...path.split('.')];
      const held = document.at(place);
      if (typeof held === 'string' && !isSecretReference(held))
        document.fault(
          place,
          'tenant_file_secret',
          `\`${path}\` holds a secret`,
          'write a reference: env:NAME, file:PATH, op://… or exec:PROGRAM',
        );
    }
  }
}

function checkBundleModes(document: PlacedDocument): void {
  const bundles = document.at(['policy_bundles']);
  for (const [name, value] of Object.entries(isJsonObject(bundles) ? bundles : {})) {
    const said = bundleSchema.safeParse(value);
    if (!said.success) continue;
    const at: DocumentPath = ['policy_bundles', name];
    const { file, raw_policy: inline, framework } = said.data;
    if ((file === undefined) === (inline === undefined))
      document.fault(at, 'tenant_file_value', `\`${name}\` needs exactly one of file and raw_policy`);
    else if (inline !== undefined && framework === undefined)
      document.fault(at, 'tenant_file_value', `\`${name}\` needs a framework`, 'CEDAR or OPA');
    else if (file !== undefined && frameworkOf(file) === undefined)
      document.fault(
        [...at, 'file'],
        'tenant_file_value',
        `\`${file}\` is neither a .cedar nor a .rego file`,
      );
    else if (file !== undefined && framework !== undefined && framework !== frameworkOf(file))
      document.fault(
        [...at, 'framework'],
        'tenant_file_value',
        `framework \`${framework}\` contradicts the ending of \`${file}\``,
      );
    const { enforcement_mode: mode, status } = said.data;
    if (
      mode !== undefined &&
      status !== undefined &&
      (mode === 'observe' ? status === 'active' : status === 'staged')
    )
      document.fault(
        [...at, 'status'],
        'tenant_file_value',
        `mode \`${mode}\` contradicts status \`${status}\``,
        'enforce goes with active, observe with staged, either with paused',
      );
  }
}

/** Reads and checks the policy of a bundle; the digest is what is compared, the text what is written. */
async function bundle(document: PlacedDocument, folder: string, item: Item): Promise<Item> {
  const { file, raw_policy: inline, ...said } = bundleSchema.parse(item.fields);
  if (file === undefined && inline === undefined) return item;
  const [name = ''] = item.identity;
  const source = typeof file === 'string' ? await policyText(document, folder, name, file) : (inline ?? '');
  if (source === undefined) return item;
  const { rawPolicy, lineOffset } = policyContent(source);
  const framework = said.framework ?? frameworkOf(file ?? '') ?? 'CEDAR';
  const shown = file === undefined ? document.file : relative(process.cwd(), resolve(folder, file)) || file;
  const findings = await lintSource({ file: shown, framework, rawPolicy, lineOffset });
  for (const finding of findings)
    if (finding.severity === 'error')
      if (file === undefined)
        document.fault(['policy_bundles', name, 'raw_policy'], finding.code, finding.message, finding.fix);
      else document.faults.push(finding);
  return {
    identity: item.identity,
    fields: {
      ...said,
      framework,
      raw_policy: rawPolicy,
      policy_hash: policyHash(rawPolicy),
      enforcement_mode: said.enforcement_mode ?? modeFor(said.status),
      status: said.status ?? statusFor(said.enforcement_mode),
      assignments: said.assignments ?? ['all'],
    },
  };
}

async function policyText(
  document: PlacedDocument,
  folder: string,
  name: string,
  file: string,
): Promise<string | undefined> {
  const read = await readAuthored(resolve(folder, file), file);
  if (typeof read === 'string') return read;
  const { code, message, fix } = read;
  document.fault(
    ['policy_bundles', name, 'file'],
    code,
    `\`${file}\`: ${message}`,
    code === 'policy_unreadable' ? 'paths are relative to the tenant file' : fix,
  );
  return undefined;
}

function keyFileIn(folder: string, item: Item): Item {
  const keyFile = item.fields['key_file'];
  if (typeof keyFile !== 'string') return item;
  return { ...item, fields: { ...item.fields, key_file: resolve(folder, keyFile) } };
}
