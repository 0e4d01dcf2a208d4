// Load generator in a process of its own: keeps IN_FLIGHT requests open for SECONDS and prints {rate, p50, p99}.
// `{{n}}` in the body is the number of the request, so that no two are alike.
import { Pool } from 'undici';

const { url, path, headers, body, inFlight, seconds } = JSON.parse(process.argv[2]);
const pool = new Pool(url, { connections: inFlight, pipelining: 1 });
const [before, after = ''] = body.split('{{n}}');
const numbered = body.includes('{{n}}');
const sent = { 'content-type': 'application/json', ...headers };
const times = [];
let requests = 0;
let failed = 0;
const end = performance.now() + seconds * 1000;
const started = performance.now();

async function lane() {
  while (performance.now() < end) {
    const begun = performance.now();
    const reply = await pool.request({
      path,
      method: 'POST',
      headers: sent,
      body: numbered ? before + ++requests + after : body,
    });
    const text = await reply.body.text();
    if (reply.statusCode !== 200 || text.length === 0) failed++;
    times.push(performance.now() - begun);
  }
}

await Promise.all(Array.from({ length: inFlight }, lane));
const elapsed = (performance.now() - started) / 1000;
times.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    rate: times.length / elapsed,
    p50: times[Math.floor(times.length * 0.5)],
    p99: times[Math.floor(times.length * 0.99)],
    failed,
  }),
);
await pool.close();
