import fc from 'fast-check';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventQueue } from '../../src/sdk/events/queue.js';
import { flush, shutdown, stats } from '../../src/sdk/index.js';
import { createLogger } from '../../src/sdk/logger.js';
import { Transport } from '../../src/sdk/transport/transport.js';
import { governedTool } from './governed-tool.js';
import { ScriptedEnforcer, until } from './scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  await flush(100);
  await enforcer.stop();
});

function queueOf(
  more: Partial<ConstructorParameters<typeof EventQueue>[1]> = {},
  logger = createLogger(100),
): EventQueue {
  return new EventQueue(
    { transport: new Transport(enforcer.url), headers: {}, logger },
    { batchSize: 10, lingerMs: 5, queueLimit: 1000, maxAttempts: 3, flushTimeoutMs: 20_000, ...more },
  );
}

const ids = (): unknown[] => enforcer.events.map((event) => event['event_id']);

describe('delivery of events', () => {
  it('sends batches, each event once, in order, whatever comes in whatever portions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }), async (portions) => {
        enforcer.requests.length = 0;
        const queue = queueOf();
        let sent = 0;
        for (const portion of portions) {
          for (let count = 0; count < portion; count += 1) queue.enqueue({ event_id: String(sent++) });
          await new Promise(setImmediate);
        }
        expect(await queue.flush()).toBe(true);
        expect(ids()).toEqual(Array.from({ length: sent }, (_, index) => String(index)));
        expect(enforcer.eventPosts.every(({ body }) => (body as unknown[]).length <= 10)).toBe(true);
        expect(queue.stats()).toEqual({ queued: 0, delivered: sent, dropped: 0, retried: 0 });
      }),
      { numRuns: 12 },
    );
  });

  it('tries again under the same ids and obeys Retry-After', async () => {
    enforcer.onEvents = (_request, nth) =>
      nth === 1 ? { status: 429, text: '', headers: { 'retry-after': '1' } } : { status: 202, text: '' };
    const queue = queueOf();
    queue.enqueue({ event_id: 'a' });
    const begin = performance.now();
    expect(await queue.flush()).toBe(true);
    expect(performance.now() - begin).toBeGreaterThan(900);
    expect(ids()).toEqual(['a', 'a']);
    expect(queue.stats()).toMatchObject({ delivered: 1, retried: 1 });
  });

  it.each([400, 401, 403, 413])('drops a batch refused with %i and tries it no more', async (status) => {
    enforcer.onEvents = () => ({ status, text: '' });
    const queue = queueOf();
    queue.enqueue({ event_id: 'a' });
    await queue.flush();
    expect(enforcer.eventPosts).toHaveLength(1);
    expect(queue.stats()).toMatchObject({ dropped: 1 });
  });

  it('is bounded: what does not fit is dropped and counted', async () => {
    enforcer.onEvents = () => ({ hang: true });
    const queue = queueOf({ queueLimit: 20 });
    for (let count = 0; count < 50; count += 1) queue.enqueue({ event_id: String(count) });
    expect(queue.stats()).toMatchObject({ queued: 20, dropped: 30 });
    await queue.close(50);
    await queue.close(50);
    queue.enqueue({ event_id: 'late' });
    expect(queue.stats().queued).toBe(0);
  });

  it('puts an event together after the turn that caused it, in order and before a flush', async () => {
    const queue = queueOf();
    const made: string[] = [];
    const later = (id: string) => () => {
      made.push(id);
      return { event_id: id };
    };
    queue.enqueueLater(later('a'));
    queue.enqueueLater(later('b'));
    expect(made).toEqual([]);
    expect(queue.stats()).toMatchObject({ queued: 2 });
    expect(queue.isIdle).toBe(false);
    await new Promise(setImmediate);
    expect(made).toEqual(['a', 'b']);
    queue.enqueueLater(later('c'));
    expect(await queue.flush()).toBe(true);
    expect(ids()).toEqual(['a', 'b', 'c']);
  });

  it('drops an event that cannot be put together, and sends the others', async () => {
    const queue = queueOf();
    queue.enqueueLater(() => {
      throw new TypeError('an odd getter');
    });
    queue.enqueueLater(() => ({ event_id: 'whole' }));
    expect(await queue.flush()).toBe(true);
    expect(ids()).toEqual(['whole']);
    expect(queue.stats()).toMatchObject({ delivered: 1, dropped: 1 });
  });

  it('spools what was not yet put together when it is closed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-'));
    const spoolFile = join(folder, 'events.ndjson');
    enforcer.onEvents = () => ({ hang: true });
    const queue = queueOf({ spoolFile });
    queue.enqueue({ event_id: 'a' });
    setTimeout(() => queue.enqueueLater(() => ({ event_id: 'b' })), 30);
    await queue.close(60);
    expect(readFileSync(spoolFile, 'utf8').trim().split('\n')).toHaveLength(2);
    rmSync(folder, { recursive: true });
  });

  it('keeps what could not be sent in a private spool, and the next start sends it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-'));
    const spoolFile = join(folder, 'deep', 'events.ndjson');
    enforcer.onEvents = () => ({ hang: true });
    const said: string[] = [];
    const first = queueOf({ spoolFile }, { ...createLogger(100), warn: (text) => void said.push(text) });
    for (const id of ['a', 'b', 'c']) first.enqueue({ event_id: id });
    await first.close(50);
    expect(said).toEqual(['3 events are kept for the next run to send']);
    expect(statSync(spoolFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(spoolFile, 'utf8').trim().split('\n')).toHaveLength(3);
    enforcer.requests.length = 0;
    enforcer.onEvents = () => ({ status: 202, text: '' });
    const second = queueOf({ spoolFile });
    await second.flush();
    expect(ids()).toEqual(['a', 'b', 'c']);
    expect(existsSync(spoolFile)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('takes and fills no spool but a plain file of its own, and closes one that others can read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-'));
    const elsewhere = join(folder, 'elsewhere.ndjson');
    writeFileSync(elsewhere, '{"event_id":"planted"}\n');
    const link = join(folder, 'link.ndjson');
    symlinkSync(elsewhere, link);
    const foreign = join(folder, 'foreign.ndjson');
    writeFileSync(foreign, '{"event_id":"foreign"}\n');
    // Only root can make a file somebody else's.
    if (process.geteuid?.() === 0) chownSync(foreign, 12_345, 12_345);
    else rmSync(foreign);
    const open = join(folder, 'open.ndjson');
    writeFileSync(open, '', { mode: 0o644 });
    for (const spoolFile of [link, foreign, open]) {
      const queue = queueOf({ spoolFile });
      await queue.flush();
      queue.enqueueLater(() => ({ event_id: 'ours' }));
      queue.spoolRest();
    }
    expect(ids()).toEqual([]);
    expect(readFileSync(elsewhere, 'utf8')).toBe('{"event_id":"planted"}\n');
    if (existsSync(foreign)) expect(readFileSync(foreign, 'utf8')).toBe('{"event_id":"foreign"}\n');
    expect(statSync(open).mode & 0o777).toBe(0o600);
    rmSync(folder, { recursive: true });
  });

  it('loses nothing when a process is killed that had taken the spool of another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spool-'));
    const spoolFile = join(folder, 'events.ndjson');
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(`${spoolFile}.${gone}.1`, '{"event_id":"a"}\n{"event_id":"b"}\n');
    writeFileSync(`${spoolFile}.${process.ppid}.1`, '{"event_id":"somebody else is at it"}\n');
    enforcer.onEvents = () => ({ hang: true });
    const killed = queueOf({ spoolFile });
    await until(() => readdirSync(folder).some((name) => name.includes(`.${process.pid}.`)));
    expect(readdirSync(folder).filter((name) => name.includes(`.${process.pid}.`))).toHaveLength(1);
    await killed.close(10);
    enforcer.requests.length = 0;
    enforcer.onEvents = () => ({ status: 202, text: '' });
    await queueOf({ spoolFile }).flush();
    expect(ids()).toEqual(['a', 'b']);
    expect(readdirSync(folder)).toEqual([`events.ndjson.${process.ppid}.1`]);
    rmSync(folder, { recursive: true });
  });

  it('costs a call nothing, even when the ingest endpoint never answers', async () => {
    enforcer.onEvents = () => ({ hang: true });
    const tool = governedTool(enforcer);
    for (let count = 0; count < 80; count += 1) await tool.run({});
    expect(tool.entered).toHaveLength(80);
    // All that while the first post was waited for, which is never answered.
    await until(() => enforcer.eventPosts.length === 1);
  });

  it('needs few requests and connections for a thousand calls', async () => {
    const tool = governedTool(enforcer);
    for (let count = 0; count < 1000; count += 1) await tool.run({ count });
    await flush();
    expect(enforcer.checks).toHaveLength(1000);
    expect(enforcer.eventPosts.length).toBeLessThanOrEqual(250);
    expect(enforcer.connections).toBeLessThanOrEqual(4);
    expect(new Set(ids()).size).toBe(2001);
  });

  it('still enforces after shutdown, which may come twice', async () => {
    const tool = governedTool(enforcer);
    await shutdown();
    await shutdown();
    await tool.run({});
    expect(enforcer.checks).toHaveLength(1);
    expect(stats().queued).toBe(0);
  });
});

describe('the end of a process', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sdk-exit-'));
    await build({
      entryPoints: [join(import.meta.dirname, 'exiting-program.ts')],
      outfile: join(folder, 'program.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const env = (how: string) => ({
    PATH: process.env['PATH'] ?? '',
    THOTH_API_URL: enforcer.url,
    THOTH_API_KEY: 'k',
    THOTH_AGENT_ID: 'bot',
    THOTH_TENANT_ID: 'acme',
    THOTH_APPROVED_SCOPE: 'search',
    HOW: how,
    SPOOL: join(folder, 'spool'),
  });

  it('with only the environment set: delivers everything on a normal end', async () => {
    await promisify(execFile)(process.execPath, [join(folder, 'program.mjs')], { env: env('return') });
    expect(new Set(ids()).size).toBe(41);
  });

  it('leaves everything in the spool on process.exit', async () => {
    enforcer.onEvents = () => ({ hang: true });
    await promisify(execFile)(process.execPath, [join(folder, 'program.mjs')], { env: env('exit') });
    const spooled = readFileSync(join(folder, 'spool'), 'utf8').trim().split('\n');
    expect(new Set(spooled.map((line) => (JSON.parse(line) as { event_id: string }).event_id)).size).toBe(41);
    rmSync(join(folder, 'spool'));
  });

  it('flushes on SIGTERM and then ends by it', async () => {
    enforcer.onEvents = () => ({ status: 202, text: '', delayMs: 50 });
    const child = spawn(process.execPath, [join(folder, 'program.mjs')], {
      env: env('wait'),
      stdio: 'ignore',
    });
    await until(() => enforcer.checks.length === 20);
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGTERM');
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGTERM');
    expect(new Set(ids()).size).toBe(41);
  });

  it('never hangs on an ingest endpoint that does not answer', async () => {
    enforcer.onEvents = () => ({ hang: true });
    await promisify(execFile)(process.execPath, [join(folder, 'program.mjs')], { env: env('return') });
    // It did not wait until every try of the first batch was spent.
    expect(enforcer.eventPosts.length).toBeLessThan(3);
  });
});
