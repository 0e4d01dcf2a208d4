import { ThothctlError } from '../../errors/index.js';
import { byPlace, faultyPolicy, type PolicyFault } from '../fault.js';
import { checkTemplates } from './check.js';
import { compiledFiles } from './documents.js';
import { joinTemplates } from './join.js';
import { compareFolder, writeFolder, type FileChange } from './output-folder.js';
import { readTemplates } from './read.js';

export interface CompileReport {
  readonly out: string;
  readonly agents: number;
  readonly roles: number;
  /** Files of the compiled folder. */
  readonly files: readonly string[];
  /** What was, or would be, done to them; empty when they are current. */
  readonly changes: readonly FileChange[];
  /** Warnings. */
  readonly diagnostics: readonly PolicyFault[];
}

interface CompileOptions {
  /** Packs besides those the grants name. */
  readonly packs: readonly string[];
  readonly write: boolean;
  /** Replace compiled files that were edited. */
  readonly overwrite: boolean;
}

/**
 * Compiles `principals.yaml`, `resources.yaml` and `grants.yaml` of a folder into scopes, packs and policy bundles.
 * @throws ThothctlError `policy_invalid` with every fault of the three files; `local_edits` (exit 7) when a compiled file
 * was edited, before anything is written
 */
export async function compileTemplates(
  folder: string,
  out: string,
  { packs, write, overwrite }: CompileOptions,
): Promise<CompileReport> {
  const templates = await readTemplates(folder);
  checkTemplates(templates, packs);
  const { principals, resources, grants } = templates;
  const found = [principals, resources, grants].flatMap(({ document }) => document.faults).sort(byPlace);
  const faulty = found.some(({ severity }) => severity === 'error');
  if (faulty || principals.value === undefined || resources.value === undefined || grants.value === undefined)
    throw faultyPolicy(found, 'nothing was compiled');
  const model = joinTemplates(principals.value, resources.value, grants.value, packs);
  const files = await compiledFiles(model);
  const { changes, edited } = await compareFolder(out, files);
  if (write) {
    if (edited.length > 0 && !overwrite) throw localEdits(out, edited);
    await writeFolder(out, files, changes);
  }
  return {
    out,
    agents: model.agents.length,
    roles: model.roles.length,
    files: [...files.keys()],
    changes,
    diagnostics: found,
  };
}

function localEdits(out: string, files: readonly string[]): ThothctlError {
  return new ThothctlError({
    code: 'local_edits',
    message: `${files.join(', ')} in ${out} ${files.length === 1 ? 'is' : 'are'} not as compiled and would be lost; nothing was written`,
    exit: 'conflict',
    fix: 'change the templates instead, compile into another folder, or replace them with --overwrite',
    details: { files },
  });
}
