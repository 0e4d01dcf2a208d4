'use strict';
// Runs representative commands in one process and writes the code caches: V8 caches only functions that have run.
const { writeFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { loadChunk, loaded } = require('../../bin/run.cjs');

const dist = join(__dirname, '..', '..', 'dist');

const COMMAND_LINES = [
  ['version'],
  ['version', '--json'],
  ['--help'],
  ['version', '--help'],
  ['context', 'list'],
  ['context', 'list', '--json'],
  ['settings', '--help'],
  ['settings', 'get', '--json'],
  ['approvals', 'list'],
  ['completion', 'bash'],
  ['no-such-command'],
  ['version', '--nope'],
];

/** An MCP server that answers every request: what its client asks comes in on our own stdin, see `code-cache.ts`. */
const MCP_SERVER = `require('node:readline').createInterface(process.stdin).on('line', (line) => {
  const { id } = JSON.parse(line);
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [], content: [] } }));
})`;
const GOVERNED_RUN = ['run', '--mcp', '--agent-id', 'warm', '--', process.execPath, '-e', MCP_SERVER];

/** A control plane just real enough that a request goes out and an answer comes back. */
function startServer() {
  const { createServer } = require('node:http');
  return new Promise((resolve) => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"decision":"ALLOW","authorization_decision":"ALLOW"}');
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function main() {
  const server = await startServer();
  process.env.THOTH_GOVAPI_URL = `http://127.0.0.1:${server.address().port}`;
  process.env.THOTH_TENANT_ID = 'warm';
  process.env.THOTH_AUTH_TOKEN = 'warm-up-token';
  const write = [process.stdout.write, process.stderr.write];
  for (const stream of [process.stdout, process.stderr])
    stream.write = (_text, encoding, done) => {
      const callback = typeof encoding === 'function' ? encoding : done;
      if (callback) queueMicrotask(callback);
      return true;
    };
  const { run } = loadChunk('main.cjs');
  for (const argv of COMMAND_LINES) await run(argv);
  process.env.THOTH_API_URL = process.env.THOTH_GOVAPI_URL;
  process.env.THOTH_API_KEY = 'warm-up-key';
  await run(GOVERNED_RUN);
  [process.stdout.write, process.stderr.write] = write;
  await loadChunk('complete.cjs').complete(['--', 'zzz'], () => loadChunk('main.cjs'));
  for (const file of readdirSync(dist))
    if (/^(?:server|run|journeys|commands)[\w-]*\.cjs$/.test(file)) {
      try {
        const { modules } = loadChunk(file);
        // Commands declare themselves when their module is evaluated, which every run of one does.
        if (file.startsWith('commands-')) for (const evaluate of Object.values(modules)) evaluate();
      } catch (error) {
        process.stderr.write(`not cached: ${file}: ${error.message}\n`);
      }
    }
  // The run has set this flag for its own process; V8 takes a cache only under the flags it was written with.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--turbo-inline-js-wasm-calls');
  for (const [name, { script }] of loaded)
    writeFileSync(
      join(dist, `${name}.${process.versions.v8}.${process.arch}.cache`),
      script.createCachedData(),
    );
  server.close();
  process.exit(0);
}

void main();
