import { parseDirectives } from '../directive/parse.js';
import type { RegoCompiler } from './compiler.js';
import { inputReads } from './input-reads.js';
import { lintRego } from './lint.js';
import type { RegoCompilation } from './policy.js';

/** Source to a policy that runs. An error of any kind gives a failure, with which the bundle blocks. */
export async function buildRego(compiler: RegoCompiler, source: string): Promise<RegoCompilation> {
  const reply = await compiler.compile(source, true);
  // Preflight is a rule for uploads; a stored module that lacks input.context still evaluates.
  const broken = lintRego(source, reply).find(
    (each) => each.severity === 'error' && each.code !== 'preflight_input',
  );
  if (broken !== undefined) return { ok: false, failure: `line ${broken.line}: ${broken.message}` };
  if (reply.wasm === undefined) return { ok: false, failure: 'it compiles to nothing' };
  const module = await WebAssembly.compile(new Uint8Array(Buffer.from(reply.wasm, 'base64')));
  const { directives } = parseDirectives('OPA', source);
  return {
    ok: true,
    policy: { module, rules: reply.rules, names: reply.names, directives, reads: inputReads(source) },
  };
}
