import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PipeClosed, TerminalOutput, type OutputOptions } from '../../src/output/index.js';
import { replaceFile } from '../../src/output/file.js';

/** A stream that looks like the terminal or pipe of a process and keeps what it got. */
function fakeStream(isTTY: boolean, columns = 80) {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY, columns }) as unknown as NodeJS.WriteStream,
    text: () => chunks.join(''),
  };
}

function output(options: Partial<OutputOptions> & { tty?: boolean } = {}) {
  const [out, err] = [fakeStream(options.tty === true), fakeStream(options.tty === true)];
  const { tty: _, ...rest } = options;
  const port = new TerminalOutput({
    quiet: false,
    noColor: false,
    env: {},
    stdout: out.stream,
    stderr: err.stream,
    ...rest,
  });
  return { port, stdout: out.text, stderr: err.text };
}

const view = {
  kind: 'table',
  columns: [
    { key: 'id', header: 'ID', kind: 'id' },
    { key: 'state', header: 'STATE', kind: 'state' },
    { key: 'at', header: 'AT', kind: 'time' },
  ],
  rows: [{ id: 'a\u001b[2J1', state: 'blocked', at: new Date(Date.now() - 180_000).toISOString() }],
} as const;

describe('a result on a terminal', () => {
  it('has colour and relative times, and nothing untrusted reaches it', async () => {
    const { port, stdout } = output({ tty: true });
    await port.result({ data: {}, view });
    expect(stdout()).toContain('\u001b[31mblocked');
    expect(stdout()).toContain('3 min ago');
    expect(stdout()).not.toContain('\u001b[2J');
  });

  it('has no colour with NO_COLOR, --no-color or CI', async () => {
    for (const options of [{ env: { NO_COLOR: '1' } }, { noColor: true }, { env: { CI: '1' } }]) {
      const { port, stdout } = output({ tty: true, ...options });
      await port.result({ data: {}, view });
      expect(stdout()).not.toContain('\u001b');
    }
  });

  it('says when there is nothing, where a pipe stays silent', async () => {
    const empty = { data: {}, view: { ...view, rows: [], empty: 'No keys yet.' } };
    const [terminal, pipe] = [output({ tty: true }), output()];
    await terminal.port.result(empty);
    await pipe.port.result(empty);
    expect([terminal.stdout(), pipe.stdout()]).toEqual(['No keys yet.\n', '']);
  });

  it('shows a spinner on stderr only for work that takes long', async () => {
    const { port, stdout, stderr } = output({ tty: true });
    port.progress('quick').done();
    await port.result({ data: { a: 1 } });
    expect(stderr()).toBe('');
    expect(stdout()).not.toBe('');
  });
});

describe('notices', () => {
  it('go to stderr, stripped, and are silent with --quiet; warnings are not', async () => {
    const [loud, quiet] = [output(), output({ quiet: true })];
    for (const { port } of [loud, quiet]) {
      port.notice('hello\u001b[31m');
      port.warn('careful');
    }
    expect(loud.stderr()).toBe('hello\nWarning: careful\n');
    expect(quiet.stderr()).toBe('Warning: careful\n');
    expect(loud.stdout()).toBe('');
  });
});

describe('a stream', () => {
  const columns = [
    { key: 'id', header: 'ID', kind: 'id' },
    { key: 'text', header: 'TEXT' },
  ] as const;
  const rows = [
    { id: 'a', text: 'one', extra: 1 },
    { id: 'b', text: 'two,2', extra: 2 },
  ];

  it.each([
    ['json', '{"id":"a","text":"one","extra":1}\n{"id":"b","text":"two,2","extra":2}\n'],
    ['ndjson', '{"id":"a","text":"one","extra":1}\n{"id":"b","text":"two,2","extra":2}\n'],
    ['csv', 'id,text\r\na,one\r\nb,"two,2"\r\n'],
    ['yaml', '---\nid: a\ntext: one\nextra: 1\n---\nid: b\ntext: two,2\nextra: 2\n'],
    ['table', 'ID            TEXT\na             one\nb             two,2\n'],
  ] as const)('as %s', async (format, expected) => {
    const { port, stdout } = output({ format });
    const stream = port.stream(columns);
    for (const row of rows) await stream.write(row);
    expect(stdout()).toBe(expected);
  });

  it.each(['table', 'json', 'ndjson', 'yaml', 'csv'] as const)(
    'as %s bring no escape sequence to a terminal',
    async (format) => {
      const { port, stdout } = output({ format, tty: true, noColor: true });
      const stream = port.stream(columns);
      await stream.write({ id: '\u001b[2J\u009b2Ja', text: '\u001b]52;c;QQ==\u0007\u202eb', extra: '\rc' });
      // oxlint-disable-next-line no-control-regex
      expect(stdout().replaceAll('\r\n', '\n')).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u,
      );
    },
  );

  it('applies the query to each row', async () => {
    const { port, stdout } = output({ format: 'json', query: 'text' });
    const stream = port.stream(columns);
    for (const row of rows) await stream.write(row);
    expect(stdout()).toBe('"one"\n"two,2"\n');
  });

  it('fails a write when the reader is gone', async () => {
    const broken = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new TypeError('gone'), { code: 'EPIPE' }));
      },
    }).on('error', () => undefined) as unknown as NodeJS.WriteStream;
    const { port } = output({ stdout: broken });
    await expect(port.stream(columns).write({ id: 'a' })).rejects.toBeInstanceOf(PipeClosed);
  });
});

describe('--output', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thothctl-output-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['r.json', '{\n  "a": 1\n}\n'],
    ['r.yaml', 'a: 1\n'],
    ['r.csv', 'a\r\n1\r\n'],
    ['r.ndjson', '{"a":1}\n'],
    ['r.bin', '{\n  "a": 1\n}\n'],
  ])('%s takes its form from the extension', async (name, expected) => {
    const { port, stdout, stderr } = output({ file: join(folder, name) });
    await port.result({ data: { a: 1 } });
    expect(await readFile(join(folder, name), 'utf8')).toBe(expected);
    expect(stdout()).toBe('');
    expect(stderr()).toMatch(/^Wrote /);
  });

  it('leaves one document on stdout with --json', async () => {
    const { port, stdout } = output({ file: join(folder, 'x.json'), format: 'json' });
    await port.result({ data: { a: 1 } });
    expect(JSON.parse(stdout())).toEqual({
      output: { file: join(folder, 'x.json'), format: 'json', bytes: 13 },
    });
  });

  it('replaces in one step, keeps the mode, and leaves nothing half-written behind', async () => {
    const path = join(folder, 'kept');
    await writeFile(path, 'old', { mode: 0o600 });
    await replaceFile(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(replaceFile(folder, 'x')).rejects.toMatchObject({
      code: 'output_not_written',
      exit: 'usage',
    });
    await expect(replaceFile(join(folder, 'no/dir'), 'x')).rejects.toThrow(/folder does not exist/);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('rows of a stream', () => {
  const columns = [
    { key: 'at', header: 'TIME', kind: 'time' },
    { key: 'id', header: 'VIOLATION', kind: 'id' },
    { key: 'state', header: 'DECISION', kind: 'state' },
    { key: 'tool', header: 'TOOL' },
  ] as const;
  const row = (id: string, tool: string) => ({ at: '2026-01-02T03:04:05Z', id, state: 'BLOCK', tool });

  it('stand under their headings, however long the identifiers are', async () => {
    const { port, stdout } = output();
    const stream = port.stream(columns);
    await stream.write(row('vio_01k3abcdefghjkmnpqrstvwxyz', 'read_file'));
    await stream.write(row('vio_01k3abcdefghjkmnpqrstvwxy0', 'a_tool_with_a_very_long_name_indeed'));
    const [header = '', ...rows] = stdout().trimEnd().split('\n');
    for (const line of rows) expect(line.indexOf('BLOCK')).toBe(header.indexOf('DECISION'));
    expect(stdout()).toContain('a_tool_with_a_very_long_name_indeed');
  });

  it('never cut an identifier on a narrow terminal: they become blocks', async () => {
    const narrow = fakeStream(true, 30);
    const { port } = output({ tty: true, noColor: true, stdout: narrow.stream });
    const stream = port.stream(columns);
    await stream.write(row('vio_01k3abcdefghjkmnpqrstvwxyz', 'read_file'));
    await stream.write(row('vio_01k3abcdefghjkmnpqrstvwxy0', 'read_file'));
    expect(narrow.text()).toContain('VIOLATION  vio_01k3abcdefghjkmnpqrstvwxyz\n');
    expect(narrow.text()).toContain('\n\nTIME');
  });
});

describe('an object nobody wrote a view for', () => {
  it('shows members of members by path and lists of objects as tables, without control characters', async () => {
    const { port, stdout } = output();
    await port.result({
      data: { tenant_id: 't', shadow_policy: { low: 'allow', 'x\u001b[2J': 1 }, list: [{ a: 1 }], none: {} },
    });
    expect(stdout()).toBe(
      'tenant id          t\nshadow_policy.low  allow\nshadow_policy.x    1\nnone\n\nLIST\nA\n1\n',
    );
  });
});
