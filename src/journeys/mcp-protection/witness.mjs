// Stands between the proxy and a server while `thothctl doctor --mcp` looks at them: hands every byte on and tells whether
// the canary came by, so that "the server did not get the call" is seen and not believed.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const [report = '', canary = '', program = '', ...args] = process.argv.slice(2);
const tell = (fact) => appendFileSync(report, `${JSON.stringify(fact)}\n`);

// The leader of the group that the proxy made: who looks can end all of it.
tell({ fact: 'reached', group: process.pid });
const server = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'] });
server.on('error', (error) => {
  tell({ fact: 'not_started', code: error.code ?? 'unknown' });
  process.exit(127);
});
server.on('spawn', () => tell({ fact: 'started' }));
server.on('exit', (code, signal) => {
  tell({ fact: 'ended', how: signal ?? `code ${code}` });
  process.exit(code ?? 1);
});
server.stdin.on('error', () => undefined);

// Signals reach the whole group: the server answers them, and this process ends when it has.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

let tail = '';
process.stdin.on('data', (chunk) => {
  const text = tail + chunk.toString('latin1');
  if (text.includes(canary)) tell({ fact: 'canary' });
  tail = text.slice(-canary.length);
});
process.stdin.pipe(server.stdin);
