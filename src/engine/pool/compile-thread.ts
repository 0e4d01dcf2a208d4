import type { MessagePort } from 'node:worker_threads';
import { lintPolicies } from '../lint.js';
import { buildRego } from '../rego/build.js';
import { RegoCompiler } from '../rego/compiler.js';
import type { Framework, PolicyDiagnostic } from '../types.js';
import type { CompileReply, CompileRequest } from './messages.js';

/** Compiles and checks policy source, one request after the other, away from the deciding threads. */
export function serveCompiler(port: MessagePort): void {
  const compiler = new RegoCompiler();
  let turn = Promise.resolve();
  port.on('message', (request: CompileRequest) => {
    turn = turn.then(async () => port.postMessage(await answer(compiler, request)));
  });
}

async function answer(compiler: RegoCompiler, request: CompileRequest): Promise<CompileReply> {
  if (request.op === 'check')
    return { id: request.id, op: 'check', diagnostics: await checked(request.framework, request.sources) };
  try {
    return { id: request.id, op: 'build', compilation: await buildRego(compiler, request.source) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : 'the compiler failed';
    return { id: request.id, op: 'build', compilation: { ok: false, failure } };
  }
}

/** Repairs are for whoever holds the file; nobody else has a use for them. */
async function checked(framework: Framework, sources: readonly string[]): Promise<PolicyDiagnostic[][]> {
  const found = await lintPolicies(framework, sources);
  return found.map((each) => each.map(({ edit: _edit, ...diagnostic }) => diagnostic));
}
