import { appendFileSync, writeFileSync } from 'node:fs';
import { dice, requestId } from './wires.js';

// A server on stdio that writes down every byte it gets and every line it says, and reads and answers at its own pace.

const [received = '', sent = '', seed = '0'] = process.argv.slice(2);
const roll = dice(Number(seed) + 1);
writeFileSync(received, '');
writeFileSync(sent, '');
let rest: Buffer = Buffer.alloc(0);
let answers = 0;

process.stdin.on('data', (chunk: Buffer) => {
  appendFileSync(received, chunk);
  rest = Buffer.concat([rest, chunk]);
  for (let cut; (cut = rest.indexOf(0x0a)) !== -1; rest = rest.subarray(cut + 1)) {
    const id = requestId(rest.subarray(0, cut).toString('utf8'));
    if (id !== undefined)
      say(`{"jsonrpc":"2.0", "id":${id},"result":{"nth":${(answers += 1)},"text":"é🙂"}}\n`);
    if (roll() < 0.1) say(`{"jsonrpc":"2.0","method":"notifications/message","params":${roll()}}\n`);
  }
  if (roll() > 0.3) return;
  process.stdin.pause();
  setImmediate(() => process.stdin.resume());
});

function say(line: string): void {
  appendFileSync(sent, line);
  process.stdout.write(line);
}
