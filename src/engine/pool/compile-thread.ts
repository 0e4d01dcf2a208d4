import type { MessagePort } from 'node:worker_threads';
import { lintPolicies, loadLinter, regoCompiler } from '../lint.js';
import { buildRego } from '../rego/build.js';
import type { Framework, PolicyDiagnostic } from '../types.js';
import { Heartbeat } from './heartbeat.js';
import type { CompileReply, CompileRequest } from './messages.js';
import { ownThreadId } from './thread-clock.js';

/** Compiles and checks policy source, one request after the other, away from the deciding threads. */
export function serveCompiler(port: MessagePort, shared: SharedArrayBuffer): void {
  const heartbeat = new Heartbeat(shared);
  heartbeat.introduce(ownThreadId());
  let turn = Promise.resolve();
  port.on('message', (request: CompileRequest) => {
    // A trap of an engine ends the thread: nobody knows what state it left behind.
    turn = turn.then(async () => {
      // What cannot be loaded is told by the work itself.
      await loadLinter(request.op === 'build' ? 'OPA' : request.framework).catch(() => {});
      heartbeat.mark('evaluate');
      const reply = await answer(request);
      heartbeat.mark('idle');
      port.postMessage(reply);
    });
  });
}

async function answer(request: CompileRequest): Promise<CompileReply> {
  if (request.op === 'check')
    return { id: request.id, op: 'check', diagnostics: await checked(request.framework, request.sources) };
  try {
    return {
      id: request.id,
      op: 'build',
      compilation: await buildRego(await regoCompiler(), request.source),
    };
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
