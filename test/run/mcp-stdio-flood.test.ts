import { Writable, type Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { relay } from '../../src/run/mcp-stdio/relay.js';
import { until } from '../sdk/scripted-enforcer.js';
import { fuzzedGovernance } from './fuzz/enforcement.js';
import { Flood, Stopped } from './fuzz/floods.js';
import { answeredIds } from './fuzz/judge.js';
import { linesOf, source } from './fuzz/wires.js';

const MIB = 1024 * 1024;

const fuzzed = fuzzedGovernance();

const call = (id: number, tool: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${tool}","arguments":{"n":${id}}}}`;
const note = (nth: number): string =>
  `{"jsonrpc":"2.0","method":"notifications/message","params":{"nth":${nth},"pad":"${'x'.repeat(900)}"}}`;

interface Link {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly server: { readonly stdin: Writable; readonly stdout: Readable };
}

function connect({ stdin, stdout, server }: Link): void {
  relay(server, { stdin, stdout }, fuzzed.governance(), true);
}

const flooding = { expected: 60_000, test: 120_000 };

describe('a flood on stdio', () => {
  it.each([
    ['what is no call', note],
    ['calls', (nth: number) => call(nth, 'allow')],
    ['calls that are refused', (nth: number) => call(nth, 'block')],
    ['lines that are no messages', (nth: number) => `{"id":"${nth}${'x'.repeat(900)}","method":7}`],
  ])(
    'of %s from the client stops when nobody reads',
    async (_what, line) => {
      fuzzed.enforcer.onEnforce = ({ body }) => ({
        body: { decision: Object(body).tool_name === 'allow' ? 'ALLOW' : 'BLOCK', reason: 'x'.repeat(700) },
      });
      const stdin = new Flood(line);
      const [stdout, toServer] = [new Stopped(), new Stopped()];
      connect({ stdin, stdout, server: { stdin: toServer, stdout: source() } });
      await until(() => stdin.isPaused(), flooding.expected);
      expect(stdout.writableLength + toServer.writableLength).toBeLessThan(6 * MIB);
    },
    flooding.test,
  );

  it(
    'of calls stops while their decisions are awaited, and then each has its answer',
    async () => {
      const most = 800;
      const heard: Buffer[] = [];
      let answers = 0;
      const stdout = new Writable({
        write(chunk: Buffer, _encoding, done) {
          heard.push(chunk);
          answers += linesOf(chunk).length;
          done();
        },
      });
      let open = 0;
      fuzzed.enforcer.onEnforce = () => {
        open = Math.max(open, fuzzed.enforcer.checks.length - answers);
        return { body: { decision: 'BLOCK' }, delayMs: 2 };
      };
      const toServer = new Stopped();
      const stdin = new Flood((nth) => call(nth, 'block'), most);
      connect({ stdin, stdout, server: { stdin: toServer, stdout: source() } });
      await until(() => answers === most, flooding.expected);
      expect(new Set(answeredIds(Buffer.concat(heard))).size).toBe(most);
      expect(toServer.bytes).toHaveLength(0);
      expect(open).toBeLessThan(600);
    },
    flooding.test,
  );

  it(
    'of the server stops when the client does not read, and goes on when it does',
    async () => {
      const most = 10_000;
      const said = new Flood(note, most);
      const stdout = new Stopped();
      connect({ stdin: source(), stdout, server: { stdin: new Stopped(), stdout: said } });
      await until(() => said.isPaused(), flooding.expected);
      expect(said.taken).toBeLessThan(1000);
      expect(stdout.writableLength).toBeLessThan(MIB);
      stdout.letGo();
      const all = Array.from({ length: most }, (_each, nth) => `${note(nth + 1)}\n`).join('');
      await until(() => stdout.size === all.length, flooding.expected);
      expect(stdout.bytes.toString()).toBe(all);
    },
    flooding.test,
  );
});

describe('a line on stdio', () => {
  const BOUND = 64 * MIB;
  const padded = (id: number, size: number): Buffer => {
    const line = Buffer.alloc(size, 'x');
    line.write(
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"allow","arguments":{"a":"`,
    );
    line.write('"}}}\n', size - 5);
    return line;
  };

  it(
    'as long as the bound is decided; one byte longer it is refused, and the next one is read as ever',
    async () => {
      const [stdin, stdout, toServer] = [source(), new Stopped(), new Stopped()];
      stdout.letGo();
      toServer.letGo();
      connect({ stdin, stdout, server: { stdin: toServer, stdout: source() } });
      const longest = padded(1, BOUND);
      stdin.push(longest);
      await until(() => toServer.size === BOUND, flooding.expected);
      expect(toServer.bytes.equals(longest)).toBe(true);
      const tooLong = padded(2, BOUND + 1);
      for (const part of [tooLong.subarray(0, MIB), tooLong.subarray(MIB)]) stdin.push(part);
      stdin.push(`${note(3)}\n`);
      await until(() => toServer.size > BOUND, flooding.expected);
      expect(toServer.bytes.subarray(BOUND).toString()).toBe(`${note(3)}\n`);
      expect(stdout.bytes.toString()).toContain('too long');
      expect(fuzzed.enforcer.checks).toHaveLength(1);
    },
    flooding.test,
  );
});
