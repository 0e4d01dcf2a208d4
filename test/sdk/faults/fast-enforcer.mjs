// An enforcer in a process of its own, fast enough to be no part of what is measured. Prints its port. By
// `tool_args.n`: every 50th call of a soak is held and approved, every 10th refused. INGEST: milliseconds or `never`.
import { createServer } from 'node:http';

const { INGEST = '0', MIXED } = process.env;
const ALLOW = '{"decision":"ALLOW","authorization_decision":"ALLOW"}';
const BLOCK = '{"decision":"BLOCK","reason":"no","violation_id":"v"}';
const HELD = '{"decision":"STEP_UP","hold_token":"h"}';
const APPROVED = '{"resolved":true,"resolution":"ALLOW"}';

const server = createServer((request, response) => {
  const reply = (status, text) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
    response.end(text);
  };
  if (request.url === '/v1/events/batch') {
    request.resume();
    if (INGEST === 'never') return;
    request.on('end', () => (INGEST === '0' ? reply(202, '') : setTimeout(reply, Number(INGEST), 202, '')));
    return;
  }
  if (request.url !== '/v1/enforce') {
    request.resume();
    reply(200, APPROVED);
    return;
  }
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    if (MIXED === undefined) return reply(200, ALLOW);
    const n = JSON.parse(body).tool_args.n;
    reply(200, n % 50 === 0 ? HELD : n % 10 === 0 ? BLOCK : ALLOW);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
