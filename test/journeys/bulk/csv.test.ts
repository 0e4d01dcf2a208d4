import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../src/journeys/bulk/csv.js';

const texts = (input: string) =>
  readCsv(input).records.map((record) => record.fields.map((field) => field.text));
const faults = (input: string) =>
  readCsv(input).faults.map(({ line, column, message }) => [line, column, message]);

describe('CSV', () => {
  it('reads quotes, commas, doubled quotes and line breaks in fields, with LF and CRLF', () => {
    expect(texts('a,b\r\n"1,5","say ""hi"""\n"two\nlines",\n')).toEqual([
      ['a', 'b'],
      ['1,5', 'say "hi"'],
      ['two\nlines', ''],
    ]);
    expect(texts('\ufeffa,b\n\n1,2')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(texts('')).toEqual([]);
  });

  it('knows where every field stands, after fields of several lines too', () => {
    const [, , third] = readCsv('a,b\n"x\ny",2\n3,"4"\n').records;
    expect(third?.fields.map(({ line, column }) => [line, column])).toEqual([
      [4, 1],
      [4, 3],
    ]);
  });

  it('refuses what RFC 4180 does not allow, at its place, and goes on', () => {
    expect(faults('a\nx"y\n"open')).toEqual([
      [2, 2, 'a quote stands inside a field that does not begin with one'],
      [3, 1, 'the quoted field never ends'],
    ]);
    expect(faults('a,b\n"x"y,2\n3,4\n')).toEqual([[2, 4, 'text follows a closing quote']]);
  });

  it('reads back whatever was written by the rules', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'ü', ';') });
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 }), (records) => {
        const written = records.map((fields) =>
          fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(','),
        );
        const read = readCsv(written.map((line) => `${line}\r\n`).join(''));
        expect(read.faults).toEqual([]);
        expect(read.records.map((record) => record.fields.map(({ text }) => text))).toEqual(records);
        expect(read.records.map((record) => record.raw)).toEqual(written);
      }),
    );
  });

  it('ends for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r') }), (text) => {
        readCsv(text);
      }),
    );
  });
});
