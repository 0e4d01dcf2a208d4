// Load generator in a process of its own: keeps `inFlight` requests open for `seconds` and prints rate, p50 and p99 in
// milliseconds, failures, and its own processor time per request in microseconds. It shares the processor with the
// server it measures, so it speaks HTTP itself, as wrk does; a reply counts only with status 200 and the text `expects`.
// `{{n}}` in the body is the number of the request, so that no two are alike.
import { connect } from 'node:net';

const { url, path, headers, body, expects, inFlight, seconds } = JSON.parse(process.argv[2]);
const { hostname, port, host } = new URL(url);
const [before, after = ''] = body.split('{{n}}');
const numbered = body.includes('{{n}}');
const head =
  `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('') +
  'content-length: ';
const times = [];
let requests = 0;
let failed = 0;
const cpu = process.cpuUsage();
const started = performance.now();
const end = started + seconds * 1000;

/** Length of the whole reply once its head is there; the servers measured here always announce the body's. */
function replyLength(text) {
  const bodyAt = text.indexOf('\r\n\r\n') + 4;
  if (bodyAt < 4) return Infinity;
  return bodyAt + Number(/\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(0, bodyAt))?.[1] ?? NaN);
}

const lane = () =>
  new Promise((resolve, reject) => {
    let begun = 0;
    let received = '';
    const send = () => {
      begun = performance.now();
      const text = numbered ? before + ++requests + after : body;
      socket.write(`${head}${text.length}\r\n\r\n${text}`, 'latin1');
    };
    const take = (size, buffer) => {
      received += buffer.latin1Slice(0, size);
      const length = replyLength(received);
      if (received.length < length) return true;
      if (received.length !== length || !received.startsWith('HTTP/1.1 200 ') || !received.includes(expects))
        failed++;
      received = '';
      const now = performance.now();
      times.push(now - begun);
      if (now < end) send();
      else socket.destroy();
      return true;
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer: Buffer.alloc(64 * 1024), callback: take },
    });
    socket.once('connect', send).once('error', reject).once('close', resolve);
  });

await Promise.all(Array.from({ length: inFlight }, lane));
const elapsed = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
times.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    rate: times.length / elapsed,
    p50: times[Math.floor(times.length * 0.5)],
    p99: times[Math.floor(times.length * 0.99)],
    failed,
    cpu: (user + system) / times.length,
  }),
);
