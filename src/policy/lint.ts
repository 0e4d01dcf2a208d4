import type { DesiredBundle } from './bundle.js';
import { policyEngine } from './engine.js';
import type { PolicyFault } from './fault.js';
import { loadPolicy } from './load.js';

export interface LintReport {
  readonly checked: number;
  readonly errors: number;
  readonly warnings: number;
  /** By file, then by place. */
  readonly diagnostics: readonly PolicyFault[];
}

/** Checks every policy file of a directory as the control plane's pre-flight does, without a connection. */
export async function lintDirectory(path: string, signal?: AbortSignal): Promise<LintReport> {
  const { bundles, faults } = await loadPolicy(path);
  const diagnostics = [...faults, ...(await lintBundles(bundles, signal))].sort(byPlace);
  return {
    checked: new Set(bundles.map((bundle) => bundle.file)).size,
    errors: diagnostics.filter((fault) => fault.severity === 'error').length,
    warnings: diagnostics.filter((fault) => fault.severity === 'warning').length,
    diagnostics,
  };
}

/** Findings of the policy engines, placed in the files as written. A file used by several bundles is checked once. */
export async function lintBundles(
  bundles: readonly PolicySource[],
  signal?: AbortSignal,
): Promise<PolicyFault[]> {
  const found: PolicyFault[] = [];
  const seen = new Set<string>();
  for (const bundle of bundles) {
    signal?.throwIfAborted();
    const key = `${bundle.framework} ${bundle.file}`;
    if (seen.has(key) || bundle.rawPolicy === '') continue;
    seen.add(key);
    found.push(...(await lintSource(bundle)));
  }
  return found;
}

export type PolicySource = Pick<DesiredBundle, 'file' | 'framework' | 'rawPolicy' | 'lineOffset'>;

export async function lintSource(source: PolicySource): Promise<PolicyFault[]> {
  const { lintPolicy } = await policyEngine();
  const findings = await lintPolicy(source.framework, source.rawPolicy);
  return findings.map((finding) => ({
    ...finding,
    line: finding.line + source.lineOffset,
    file: source.file,
  }));
}

function byPlace(a: PolicyFault, b: PolicyFault): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
