import { createHash } from 'node:crypto';
import type { RegoCompiler } from './rego/compiler.js';
import { disagreements, withoutDirectives } from './directive/disagreement.js';
import { parseDirectives } from './directive/parse.js';
import { heaviestAt } from './heaviest-part.js';
import { excerptOf, placeOf, printable } from './place.js';
import type { BundleSource, BundleVerdict, Framework, PolicyDiagnostic } from './types.js';
import { failedVerdict } from './verdict/settle.js';

let compiler: Promise<RegoCompiler> | undefined;

/**
 * Diagnostics of policy source, in file order, in this thread and without a server. Errors are what keeps a
 * bundle from being enforced. Loads the engine it needs on first use; a one-shot command sets V8's
 * `--wasm-tiering-budget` first. Rejects when an engine cannot stand the source; it is not to be asked again then.
 */
export async function lintPolicy(framework: Framework, source: string): Promise<PolicyDiagnostic[]> {
  return (await lintPolicies(framework, [source]))[0] ?? [];
}

/** The same of many sources of one language, in their order: Cedar checks them together. */
export async function lintPolicies(
  framework: Framework,
  sources: readonly string[],
  signal?: AbortSignal,
): Promise<PolicyDiagnostic[][]> {
  const found =
    framework === 'CEDAR' ? await lintCedarSources(sources) : await lintRegoSources(sources, signal);
  return Promise.all(
    sources.map(async (source, index) => {
      const own = found[index] ?? [];
      const broken = own.some((each) => each.severity === 'error');
      const compared = broken ? [] : await compareDirectives(framework, source);
      // Messages quote the source, which may hold anything.
      return [...own, ...compared].sort(byPlace).map((each) => ({
        ...each,
        message: printable(each.message),
        excerpt: each.excerpt ?? excerptOf(source, each.line),
      }));
    }),
  );
}

async function lintCedarSources(sources: readonly string[]): Promise<PolicyDiagnostic[][]> {
  const [{ loadCedar }, { lintAllCedar }] = await Promise.all([
    import('./cedar/library.js'),
    import('./cedar/lint.js'),
  ]);
  return lintAllCedar(await loadCedar(), sources);
}

async function lintRegoSources(
  sources: readonly string[],
  signal: AbortSignal | undefined,
): Promise<PolicyDiagnostic[][]> {
  const [rego, { lintRego }, { backEndMayRefuse }] = await Promise.all([
    regoCompiler(),
    import('./rego/lint.js'),
    import('./rego/source-text.js'),
  ]);
  const found: PolicyDiagnostic[][] = [];
  for (const source of sources) {
    signal?.throwIfAborted();
    try {
      found.push(lintRego(source, await rego.compile(source, backEndMayRefuse(source))));
    } catch (error) {
      found.push([
        {
          severity: 'error',
          code: 'rego_compiler_failed',
          message: error instanceof Error ? error.message : 'the Rego compiler gave up on this source',
          ...placeOf(source, heaviestAt(source)),
          fix: 'split the policy: it is too large or nested too deeply for the compiler',
        },
      ]);
    }
  }
  return found;
}

/** The one of this thread. */
export async function regoCompiler(): Promise<RegoCompiler> {
  compiler ??= import('./rego/compiler.js').then((loaded) => new loaded.RegoCompiler());
  return compiler;
}

/** Loads what a check needs, so that a check after it takes only its own time. */
export async function loadLinter(framework: Framework): Promise<void> {
  if (framework === 'OPA') return (await regoCompiler()).load();
  const { loadCedar } = await import('./cedar/library.js');
  await loadCedar();
}

/** Evaluates the policy without its directives, so only sources that have some pay for it. */
async function compareDirectives(framework: Framework, source: string): Promise<PolicyDiagnostic[]> {
  if (parseDirectives(framework, source).directives.every(({ effect }) => effect === 'FLAG')) return [];
  const alone = withoutDirectives(framework, source);
  const bundle: BundleSource = {
    id: 'lint',
    name: 'lint',
    version: 1,
    framework,
    rawPolicy: alone,
    policyHash: createHash('sha256').update(alone).digest('hex'),
    assignments: ['all'],
    binding: true,
    evaluable: true,
  };
  return framework === 'CEDAR' ? compareCedar(bundle, source) : compareRego(bundle, source);
}

async function compareCedar(bundle: BundleSource, source: string): Promise<PolicyDiagnostic[]> {
  const [{ loadCedar }, { CedarEvaluator }, { parseCedar }] = await Promise.all([
    import('./cedar/library.js'),
    import('./cedar/evaluate.js'),
    import('./cedar/policies.js'),
  ]);
  const cedar = await loadCedar();
  const evaluator = new CedarEvaluator(cedar);
  const named = parseCedar(cedar, source)?.policies.flatMap(({ mentions }) => [...mentions.constants]) ?? [];
  return disagreements('CEDAR', source, named, (input) => first(evaluator.evaluate([bundle], input), bundle));
}

async function compareRego(bundle: BundleSource, source: string): Promise<PolicyDiagnostic[]> {
  const [rego, { buildRego }, { RegoEvaluator }] = await Promise.all([
    regoCompiler(),
    import('./rego/build.js'),
    import('./rego/evaluate.js'),
  ]);
  const built = await buildRego(rego, bundle.rawPolicy);
  if (!built.ok) return [];
  const evaluator = await RegoEvaluator.create();
  await evaluator.prepare(bundle, built.policy);
  const named = Object.values(built.policy.names).flat();
  return disagreements('OPA', source, named, (input) => evaluator.evaluate(bundle, built.policy, input));
}

function first(verdicts: readonly BundleVerdict[], bundle: BundleSource): BundleVerdict {
  return verdicts[0] ?? failedVerdict(bundle, 'it was not evaluated');
}

function byPlace(left: PolicyDiagnostic, right: PolicyDiagnostic): number {
  return left.line - right.line || left.column - right.column;
}
