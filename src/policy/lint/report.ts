import { byPlace, type PolicyFault } from '../fault.js';
import { loadPolicy } from '../load.js';
import { lintAssigned } from './reach.js';

export interface LintReport {
  readonly checked: number;
  readonly errors: number;
  readonly warnings: number;
  /** Files `--fix` has changed, relative to the directory. */
  readonly fixed: readonly string[];
  /** By file, then by place. */
  readonly diagnostics: readonly PolicyFault[];
}

/** Checks every policy file of a directory as the control plane's pre-flight does, without a connection. */
export async function lintDirectory(
  path: string,
  options: { readonly fix?: boolean; readonly signal?: AbortSignal } = {},
): Promise<LintReport> {
  const fixed =
    options.fix === true ? await (await import('./fix.js')).fixDirectory(path, options.signal) : [];
  const { bundles, faults } = await loadPolicy(path);
  const found = [...faults, ...(await lintAssigned(bundles, options.signal))].sort(byPlace);
  const count = (severity: PolicyFault['severity']): number =>
    found.filter((fault) => fault.severity === severity).length;
  return {
    checked: new Set(bundles.map((bundle) => bundle.file)).size,
    errors: count('error'),
    warnings: count('warning'),
    fixed,
    diagnostics: found.map(({ edit: _edit, ...fault }) => fault),
  };
}
