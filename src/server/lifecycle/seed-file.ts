import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PolicyBundleCreate, TenantSettings } from '../../contract/govapi/types.js';
import { describeIssues, loadSchemas, type Issue } from '../../contract/validators.js';
import { ThothctlError } from '../../errors/index.js';
import { isJsonObject, type JsonObject } from '../tenants/json-documents.js';

/** What a seed file holds: `settings`, `agents` (id to tools) and `policy_bundles` (as the API takes them, or `file`). */
export interface Seed {
  readonly settings: TenantSettings | undefined;
  readonly agents: ReadonlyMap<string, readonly string[]>;
  readonly bundles: readonly PolicyBundleCreate[];
}

type Place = (
  path: readonly (string | number)[],
) => { readonly line: number; readonly column: number } | undefined;

const MEMBERS = ['settings', 'agents', 'policy_bundles'];

/** Reads and checks a seed file whole, before anything is created. Faults name file, line and column. */
export async function readSeedFile(file: string): Promise<Seed> {
  const text = await readText(file, 'seed_file_unreadable');
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw fault(file, { line, column: col }, broken.message);
  }
  const place: Place = (path) => {
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
        const { line, col } = lines.linePos(Number(node.range[0]));
        return { line, column: col };
      }
    }
    return undefined;
  };

  const content: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  if (!isJsonObject(content)) throw fault(file, place([]), 'must be an object');
  const unknown = Object.keys(content).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined)
    throw fault(file, place([unknown]), `${unknown} is none of ${MEMBERS.join(', ')}`);
  return {
    settings: await readSettings(content, file, place),
    agents: readAgents(content, file, place),
    bundles: await readBundles(content, file, place),
  };
}

async function readSettings(
  content: JsonObject,
  file: string,
  place: Place,
): Promise<TenantSettings | undefined> {
  if (content['settings'] === undefined) return undefined;
  const schema = (await loadSchemas('updateTenantSettings')).request?.();
  const result = schema?.safeParse(content['settings']);
  if (result?.success === false) throw invalid(file, place, ['settings'], describeIssues(result.error));
  return result?.data;
}

function readAgents(content: JsonObject, file: string, place: Place): Map<string, readonly string[]> {
  const agents = new Map<string, readonly string[]>();
  const given = content['agents'] ?? {};
  if (!isJsonObject(given))
    throw fault(file, place(['agents']), 'agents must map agent ids to lists of tools');
  for (const [agentId, tools] of Object.entries(given)) {
    if (!Array.isArray(tools) || !tools.every((tool) => typeof tool === 'string' && tool !== '')) {
      throw fault(file, place(['agents', agentId]), `the scope of ${agentId} must be a list of tool names`);
    }
    agents.set(agentId, tools);
  }
  return agents;
}

async function readBundles(content: JsonObject, file: string, place: Place): Promise<PolicyBundleCreate[]> {
  const given = content['policy_bundles'] ?? [];
  if (!Array.isArray(given)) throw fault(file, place(['policy_bundles']), 'policy_bundles must be a list');
  const schema = (await loadSchemas('createPolicyBundle')).request?.();
  const bundles: PolicyBundleCreate[] = [];
  for (const [index, entry] of given.entries()) {
    const path = ['policy_bundles', index];
    const result = schema?.safeParse(await withPolicyText(entry, file));
    if (result?.success === false) throw invalid(file, place, path, describeIssues(result.error));
    if (result !== undefined) bundles.push(result.data);
  }
  return bundles;
}

/** `file` names a policy beside the seed file. */
async function withPolicyText(entry: unknown, seedFile: string): Promise<unknown> {
  if (!isJsonObject(entry) || typeof entry['file'] !== 'string') return entry;
  const { file, ...rest } = entry;
  const path = resolve(dirname(seedFile), file);
  return { ...rest, raw_policy: (await readText(path, 'policy_file_unreadable')).trim() };
}

async function readText(file: string, code: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ThothctlError({
      code,
      message: `${file} cannot be read`,
      exit: 'usage',
      fix: 'check the path and its permissions',
      cause,
    });
  }
}

function invalid(
  file: string,
  place: Place,
  base: readonly (string | number)[],
  issues: readonly Issue[],
): ThothctlError {
  const first = issues[0] ?? { path: '', message: 'is not valid' };
  const inner = first.path.split(/[.[\]]+/).filter((part) => part !== '');
  const path = [...base, ...inner.map((part) => (/^\d+$/.test(part) ? Number(part) : part))];
  return fault(file, place(path), `${path.join('.')} ${first.message}`);
}

function fault(
  file: string,
  place: { line: number; column: number } | undefined,
  message: string,
): ThothctlError {
  const where = place === undefined ? file : `${file}:${place.line}:${place.column}`;
  return new ThothctlError({
    code: 'seed_file_invalid',
    message: `${where}: ${message}`,
    exit: 'usage',
    fix: 'mend the file; nothing was created from it',
    details: { file, ...place },
  });
}
