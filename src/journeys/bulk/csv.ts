import type { Place, RowFault } from './place.js';

export interface CsvField extends Place {
  readonly text: string;
}

export interface CsvRecord {
  readonly fields: readonly CsvField[];
  /** The record as it stands in the input, without its line end. */
  readonly raw: string;
}

const SEPARATOR = ',';

/**
 * Records by RFC 4180, strictly: a quote only opens a field at its start and only a separator or a line end may follow
 * the closing one. Lines end with LF or CRLF; blank lines and a byte order mark count for nothing.
 */
export function readCsv(text: string): { readonly records: CsvRecord[]; readonly faults: RowFault[] } {
  const reader = new CsvReader(text);
  return { records: reader.read(), faults: reader.faults };
}

class CsvReader {
  readonly faults: RowFault[] = [];
  #at: number;
  #line = 1;
  #lineStart: number;

  constructor(private readonly text: string) {
    this.#at = this.#lineStart = text.startsWith('\ufeff') ? 1 : 0;
  }

  read(): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.#at < this.text.length) {
      const start = this.#at;
      const fields = [this.#field()];
      while (this.text[this.#at] === SEPARATOR) {
        this.#at += 1;
        fields.push(this.#field());
      }
      const raw = this.text.slice(start, this.#at);
      this.#lineEnd();
      if (raw.trim() !== '') records.push({ fields, raw });
    }
    return records;
  }

  #field(): CsvField {
    const place = this.#place();
    return { ...place, text: this.text[this.#at] === '"' ? this.#quoted(place) : this.#plain() };
  }

  #plain(): string {
    const start = this.#at;
    for (; !this.#ended(); this.#at += 1) {
      if (this.text[this.#at] !== '"') continue;
      this.#fault(
        this.#place(),
        'a quote stands inside a field that does not begin with one',
        'quote the whole field and double the quotes in it',
      );
      this.#at = this.#endOfLine();
      break;
    }
    return this.text.slice(start, this.#at);
  }

  #quoted(opened: Place): string {
    let value = '';
    this.#at += 1;
    for (;;) {
      const close = this.text.indexOf('"', this.#at);
      this.#countLines(this.#at, close === -1 ? this.text.length : close);
      if (close === -1) {
        this.#fault(opened, 'the quoted field never ends', 'add the closing quote');
        this.#at = this.text.length;
        return value;
      }
      value += this.text.slice(this.#at, close);
      this.#at = close + 1;
      if (this.text[this.#at] !== '"') break;
      value += '"';
      this.#at += 1;
    }
    if (!this.#ended()) {
      this.#fault(this.#place(), 'text follows a closing quote', 'double the quotes inside a quoted field');
      this.#at = this.#endOfLine();
    }
    return value;
  }

  #ended(): boolean {
    const character = this.text[this.#at];
    if (character === '\r') return this.text[this.#at + 1] === '\n';
    return character === undefined || character === SEPARATOR || character === '\n';
  }

  #lineEnd(): void {
    if (this.text[this.#at] === '\r') this.#at += 1;
    this.#countLines(this.#at, this.#at + 1);
    this.#at += 1;
  }

  #endOfLine(): number {
    const end = this.text.indexOf('\n', this.#at);
    if (end === -1) return this.text.length;
    return this.text[end - 1] === '\r' ? end - 1 : end;
  }

  #countLines(from: number, to: number): void {
    for (let at = this.text.indexOf('\n', from); at !== -1 && at < to; at = this.text.indexOf('\n', at + 1)) {
      this.#line += 1;
      this.#lineStart = at + 1;
    }
  }

  #place(): Place {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #fault(place: Place, message: string, fix: string): void {
    this.faults.push({ ...place, message, fix });
  }
}
