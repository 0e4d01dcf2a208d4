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

/** What is larger, or deeper in itself, can take an engine seconds, or more than the main thread's stack. */
const EVERYDAY_CHARACTERS = 16 * 1024;
const EVERYDAY_NESTING = 8;

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

/** Everyday policies are checked here, as many as there are; what may take long in a thread that can be ended. */
async function checkAll(
  framework: Framework,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly (readonly PolicyDiagnostic[])[]> {
  const { lintPolicies, nestingOf } = await policyEngine();
  const found = new Map<string, readonly PolicyDiagnostic[]>();
  const here: string[] = [];
  const apart: string[] = [];
  for (const text of texts)
    (text.length > EVERYDAY_CHARACTERS || nestingOf(text) > EVERYDAY_NESTING ? apart : here).push(text);
  if (framework === 'OPA' && here.length >= WORTH_A_THREAD && availableParallelism() > 1)
    apart.push(...here.splice(Math.ceil(here.length / 2)));
  const [, own] = await Promise.all([
    checkApart(framework, apart, found, signal),
    // An engine dies of what is beyond it, and would have to be loaded again.
    here.length === 0 ? [] : lintPolicies(framework, here, signal).catch(() => undefined),
  ]);
  signal?.throwIfAborted();
  if (own === undefined) await checkApart(framework, here, found, signal);
  else here.forEach((text, index) => found.set(text, own[index] ?? []));
  return texts.map((text) => found.get(text) ?? []);
}

async function checkApart(
  framework: Framework,
  texts: readonly string[],
  found: Map<string, readonly PolicyDiagnostic[]>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (texts.length === 0) return;
  const { CompilerClient } = await import('../../engine/pool/compiler-client.js');
  const compiler = new CompilerClient();
  const stop = (): void => void compiler.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await Promise.all(texts.map(async (text) => found.set(text, await compiler.check(framework, text))));
  } finally {
    signal?.removeEventListener('abort', stop);
    await compiler.close();
  }
}
