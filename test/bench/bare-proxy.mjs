// The least that can stand between an MCP client and its server and ask an enforcer about each call: it passes chunks on
// and reads nothing of them. The yardstick for what a governed call costs on the machine that measures.
import { spawn } from 'node:child_process';
import { Pool } from 'undici';

const { ENFORCER = '' } = process.env;
const [program, ...args] = process.argv.slice(2);
const server = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
const enforcer = new Pool(ENFORCER);

function ask(body, answered) {
  enforcer.dispatch(
    { path: '/v1/enforce', method: 'POST', headers: { 'content-type': 'application/json' }, body },
    {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData() {},
      onResponseEnd: () => answered(),
      onResponseError(_controller, error) {
        throw error;
      },
    },
  );
}

process.stdin.on('data', (chunk) => {
  const text = chunk.toString('latin1');
  if (text.includes('"tools/call"')) ask(JSON.stringify({ text }), () => server.stdin.write(chunk));
  else server.stdin.write(chunk);
});
process.stdin.on('end', () => server.stdin.end());
server.stdout.on('data', (chunk) => process.stdout.write(chunk));
server.on('exit', () => process.exit());
