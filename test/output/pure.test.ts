import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bar } from '../../src/output/bar.js';
import { cellText, relativeTime } from '../../src/output/cell.js';
import { wantsColour } from '../../src/output/colour.js';
import { renderCsv } from '../../src/output/csv.js';
import { renderJson } from '../../src/output/json.js';
import { fieldsOf, renderRecord } from '../../src/output/record.js';
import { itemsOf } from '../../src/output/rows.js';
import { cleanLine, cleanText } from '../../src/output/sanitise.js';
import { renderTable, StreamingTable } from '../../src/output/table.js';
import { cutTo, textWidth } from '../../src/output/width.js';

const NOW = new Date('2026-05-01T12:00:00Z');
const at = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
// eslint-disable-next-line no-control-regex
const DANGEROUS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

describe('untrusted text', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007after', 'after'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u009b2Jcleared', 'cleared'],
    ['\u001bPq#0\u001b\\sixel', 'sixel'],
    ['abc\u202egnp.exe', 'abcgnp.exe'],
    ['a\rb', 'ab'],
    ['\u001b', ''],
    ['naïve – 漢字 🎉', 'naïve – 漢字 🎉'],
  ])('%j becomes %j', (from, to) => {
    expect(cleanText(from)).toBe(to);
  });

  it('never keeps a control or bidi character, and cleaning twice changes nothing', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u001b[', '\u001b]', '\u0007', '\u009b', '\u202e', '\r\n'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const clean = cleanText(pieces.join(''));
        expect(clean).not.toMatch(DANGEROUS);
        expect(cleanLine(pieces.join(''))).not.toMatch(/[\n\t]/u);
      }),
    );
  });

  it('is escaped in JSON without loss', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const json = renderJson({ text });
        expect(json.slice(0, -1).replaceAll('\n', '')).not.toMatch(DANGEROUS);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});

describe('tables', () => {
  const columns = [
    { key: 'id', header: 'ID', kind: 'id' },
    { key: 'reason', header: 'REASON' },
    { key: 'at', header: 'AT', kind: 'time' },
    { key: 'n', header: 'N', kind: 'number' },
  ] as const;

  it('in a pipe are plain aligned columns with ISO times', () => {
    const rows = [
      { id: 'k-1', reason: 'short', at: '2026-05-01T11:00:00+02:00', n: 5 },
      { id: 'key-22', reason: 'a longer reason\nof two lines', at: null, n: 1234 },
    ];
    expect(renderTable(columns, rows)).toBe(
      [
        'ID      REASON                        AT                           N',
        'k-1     short                         2026-05-01T09:00:00.000Z     5',
        'key-22  a longer reason of two lines                            1234',
        '',
      ].join('\n'),
    );
  });

  it('fit the terminal and never cut an identifier', () => {
    const cell = fc.string({ maxLength: 60 });
    const row = fc.record({
      id: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
      reason: cell,
      at: fc.constant('2026-05-01T11:59:00Z'),
      n: fc.nat(99),
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 20, max: 120 }),
        (rows, width) => {
          const text = renderTable(columns, rows, { width, now: NOW });
          for (const { id } of rows) expect(text).toContain(id);
          const isTable = text.startsWith('ID ') && text.split('\n').length === rows.length + 2;
          if (isTable)
            for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('stack when even shrunk text does not fit', () => {
    const id = 'x'.repeat(50);
    expect(renderTable([columns[0], columns[1]], [{ id, reason: 'why' }], { width: 40 })).toBe(
      `ID      ${id}\nREASON  why\n`,
    );
  });

  it('text of several lines stands below its label, inside a margin, and what was never given is not shown', () => {
    const policy = 'permit (\n\tprincipal\n);\nstatus  forged\u001b[2J\n';
    const fields = fieldsOf({ id: 'p-1', policy, mode: undefined, owner: null });
    expect(renderRecord(fields)).toBe(
      'id      p-1\npolicy\n  permit (\n  \tprincipal\n  );\n  status  forged\nowner\n',
    );
  });

  it('leave out what says nothing, then what can be spared, before they become blocks', () => {
    const wide = [
      { key: 'id', header: 'ID', kind: 'id' },
      { key: 'owner', header: 'OWNER', kind: 'id' },
      { key: 'tool', header: 'TOOL', kind: 'id', spare: true },
      { key: 'region', header: 'REGION', kind: 'id', spare: true },
    ] as const;
    const rows = [{ id: 'a-1', tool: 'read_file', region: 'eu' }];
    const headings = (width?: number) => renderTable(wide, rows, { width }).split('\n')[0]?.trimEnd();
    expect(headings()).toBe('ID   OWNER  TOOL       REGION');
    expect(headings(29)).toBe('ID   OWNER  TOOL       REGION');
    expect(headings(28)).toBe('ID   TOOL       REGION');
    expect(headings(21)).toBe('ID   TOOL');
    expect(headings(13)).toBe('ID');
    expect(headings(2)).toBe('ID      a-1');
    const stream = new StreamingTable(wide, { width: 30 });
    expect(stream.row(rows[0] ?? {})).toBe('ID            OWNER\na-1\n');
    expect(stream.row({ id: 'a-2', owner: 'ann' })).toBe('a-2           ann\n');
  });

  it.each([
    [42.77777777777778, '42.78'],
    [0.050570927273210234, '0.05057'],
    [-0.5, '-0.5'],
    [1234567, '1234567'],
    [0.949_96, '0.95'],
    [0.9496, '0.9496'],
  ])('%d is read as %s', (value, text) => {
    expect(cellText(value, 'number', undefined)).toBe(text);
  });

  it('record labels align', () => {
    expect(
      renderRecord([
        { label: 'Tenant', value: 'acme' },
        { label: 'Id', value: 'k\u001b[1m' },
      ]),
    ).toBe('Tenant  acme\nId      k\n');
  });
});

describe('cells', () => {
  it.each([
    [5_000, '5 s ago'],
    [3 * 60_000, '3 min ago'],
    [5 * 3_600_000, '5 h ago'],
    [3 * 86_400_000, '3 d ago'],
    [40 * 86_400_000, '2026-03-22'],
    [-120_000, 'in 2 min'],
  ])('%i ms before now is %s', (ago, text) => {
    expect(relativeTime(at(ago), NOW)).toBe(text);
  });

  it('times are ISO in UTC without a terminal, whatever their form', () => {
    for (const value of ['2026-05-01T12:00:00Z', NOW.getTime(), NOW.getTime() / 1000])
      expect(cellText(value, 'time', undefined)).toBe('2026-05-01T12:00:00.000Z');
    expect(cellText('not a time', 'time', undefined)).toBe('not a time');
  });

  it('wide characters count twice and are never split', () => {
    expect(textWidth('漢字')).toBe(4);
    expect(cutTo('漢字かな', 5)).toBe('漢字…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(textWidth(cutTo(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('csv', () => {
  it('follows RFC 4180 and disarms formulas', () => {
    const rows = [
      { a: 'x,"y"', b: '=1+1', c: -5 },
      { a: 'line\nbreak', b: null, c: { d: 1 } },
    ];
    expect(renderCsv(['a', 'b', 'c'], rows)).toBe(
      'a,b,c\r\n"x,""y""",\'=1+1,-5\r\n"line\nbreak",,"{""d"":1}"\r\n',
    );
  });
});

describe('rows of a reply', () => {
  it('are the array itself, the one list of an envelope, or the reply', () => {
    expect(itemsOf([{ a: 1 }])).toEqual([{ a: 1 }]);
    expect(itemsOf({ data: [{ a: 1 }], total: 1 })).toEqual([{ a: 1 }]);
    expect(itemsOf({ one: [{ a: 1 }], two: [] })).toEqual([{ one: [{ a: 1 }], two: [] }]);
    expect(itemsOf({ names: ['a'] })).toEqual([{ names: ['a'] }]);
    expect(itemsOf('x')).toEqual([{ value: 'x' }]);
  });
});

describe('colour', () => {
  const on = { isTTY: true, noColor: false, env: {} };
  it.each([
    [on, true],
    [{ ...on, isTTY: false }, false],
    [{ ...on, noColor: true, env: { FORCE_COLOR: '1' } }, false],
    [{ ...on, env: { NO_COLOR: '1' } }, false],
    [{ ...on, env: { NO_COLOR: '' } }, true],
    [{ ...on, env: { TERM: 'dumb' } }, false],
    [{ ...on, env: { CI: 'true' } }, false],
    [{ ...on, isTTY: false, env: { FORCE_COLOR: '1', CI: 'true' } }, true],
    [{ ...on, env: { FORCE_COLOR: '0' } }, false],
  ])('%j is %s', (environment, expected) => {
    expect(wantsColour(environment)).toBe(expected);
  });
});

describe('a bar', () => {
  it('is as wide as ever, and grows with what is done', () => {
    expect(bar(0, 10)).toBe(`[${' '.repeat(24)}]`);
    expect(bar(5, 10)).toBe(`[${'='.repeat(11)}>${' '.repeat(12)}]`);
    expect(bar(10, 10)).toBe(`[${'='.repeat(24)}]`);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (done, total) => {
        expect(bar(done, total)).toHaveLength(26);
        expect(bar(done + 1, total).trimEnd().length).toBeGreaterThanOrEqual(
          bar(done, total).trimEnd().length,
        );
      }),
    );
  });
});
