import { excerptOf, printable } from './place.js';
import type { Framework, PolicyDiagnostic } from './types.js';

let compiler: Promise<{ lint(source: string): Promise<PolicyDiagnostic[]> }> | undefined;

/**
 * Diagnostics of policy source, in file order, in this thread and without a server. Errors are what keeps a
 * bundle from being enforced. Loads the engine it needs on first use; a one-shot command sets V8's
 * `--wasm-tiering-budget` first. Never rejects on account of the source.
 */
export async function lintPolicy(framework: Framework, source: string): Promise<PolicyDiagnostic[]> {
  const found =
    framework === 'CEDAR'
      ? await lintCedarSource(source)
      : await (await (compiler ??= regoLinter())).lint(source);
  // Messages quote the source, which may hold anything.
  return found.map((each) => ({
    ...each,
    message: printable(each.message),
    excerpt: each.excerpt ?? excerptOf(source, each.line),
  }));
}

async function lintCedarSource(source: string): Promise<PolicyDiagnostic[]> {
  const [{ loadCedar }, { lintCedar }] = await Promise.all([
    import('./cedar/library.js'),
    import('./cedar/lint.js'),
  ]);
  return lintCedar(await loadCedar(), source);
}

async function regoLinter(): Promise<{ lint(source: string): Promise<PolicyDiagnostic[]> }> {
  const [{ RegoCompiler }, { lintRego }] = await Promise.all([
    import('./rego/compiler.js'),
    import('./rego/lint.js'),
  ]);
  const rego = new RegoCompiler();
  return {
    async lint(source) {
      try {
        return lintRego(source, await rego.compile(source, true));
      } catch (error) {
        return [
          {
            severity: 'error',
            code: 'rego_compiler_failed',
            message: error instanceof Error ? error.message : 'the Rego compiler gave up on this source',
            line: 1,
            column: 1,
          },
        ];
      }
    },
  };
}
