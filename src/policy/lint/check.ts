import { availableParallelism } from 'node:os';
import type { Framework, PolicyDiagnostic } from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';
import { policyEngine } from '../engine.js';
import type { PolicyFault } from '../fault.js';

export type PolicySource = Pick<DesiredBundle, 'file' | 'framework' | 'rawPolicy' | 'lineOffset'>;

/** Findings by language and content; a text that did not change is not checked again while the process lives. */
const known = new Map<string, readonly PolicyDiagnostic[]>();

/** Loading a second compiler takes as long as checking this many modules. */
const WORTH_A_THREAD = 300;

/** Findings of the policy engines, placed in the files as written. A text used by several bundles is checked once. */
export async function lintBundles(
  bundles: readonly PolicySource[],
  signal?: AbortSignal,
): Promise<PolicyFault[]> {
  const checkable = bundles.filter(({ rawPolicy }) => rawPolicy !== '');
  for (const framework of ['CEDAR', 'OPA'] as const) {
    const texts = new Set(
      checkable.filter((each) => each.framework === framework).map((each) => each.rawPolicy),
    );
    const unknown = [...texts].filter((text) => !known.has(keyOf(framework, text)));
    if (unknown.length === 0) continue;
    const found = await checkAll(framework, unknown, signal);
    unknown.forEach((text, index) => known.set(keyOf(framework, text), found[index] ?? []));
  }
  const files = new Set<string>();
  return checkable.flatMap((bundle) => {
    const place = `${bundle.framework} ${bundle.file}`;
    if (files.has(place)) return [];
    files.add(place);
    return (known.get(keyOf(bundle.framework, bundle.rawPolicy)) ?? []).map((finding) => ({
      ...finding,
      line: finding.line + bundle.lineOffset,
      file: bundle.file,
    }));
  });
}

export function lintSource(source: PolicySource): Promise<PolicyFault[]> {
  return lintBundles([source]);
}

function keyOf(framework: Framework, text: string): string {
  return `${framework} ${text}`;
}

async function checkAll(
  framework: Framework,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly (readonly PolicyDiagnostic[])[]> {
  const { lintPolicies } = await policyEngine();
  if (framework === 'CEDAR' || texts.length < WORTH_A_THREAD || availableParallelism() < 2)
    return lintPolicies(framework, texts, signal);
  const { CompilerClient } = await import('../../engine/pool/compiler-client.js');
  const helper = new CompilerClient(60_000);
  try {
    const half = Math.ceil(texts.length / 2);
    const [own, other] = await Promise.all([
      lintPolicies(framework, texts.slice(0, half), signal),
      Promise.all(texts.slice(half).map((text) => helper.check(framework, text))),
    ]);
    return [...own, ...other];
  } finally {
    await helper.close();
  }
}
