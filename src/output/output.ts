import { wantsColour } from './colour.js';
import { renderQueried, renderResult, type Format, type Surface } from './forms.js';
import { renderJson, renderJsonLine } from './json.js';
import type { Column, Output, Progress, Result, RowStream } from './port.js';
import { silentProgress, SpinnerProgress } from './progress.js';
import { applyQuery } from './query.js';
import { replaceFile } from './replace-file.js';
import { cleanText } from './sanitise.js';
import { openRowStream } from './stream.js';
import { streamSink, type Sink } from './writer.js';

export interface OutputOptions {
  /** Given by the user; without it tables, or the form the extension of `file` stands for. */
  readonly format?: Format;
  /** A form of the command's own, see `Result.forms`. */
  readonly form?: string;
  readonly query?: string;
  /** The result goes to this file and stdout stays free of it. */
  readonly file?: string;
  readonly quiet: boolean;
  readonly noColor: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** An error as `--json` prints it. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly exit_code: number;
    readonly fix?: string;
    readonly request_id?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

const BY_EXTENSION: Readonly<Record<string, Format>> = {
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  txt: 'table',
  md: 'table',
};

const FILE_SURFACE: Surface = { isTTY: false, colour: false };

function formatOfFile(file: string): Format {
  return BY_EXTENSION[/\.([a-z]+)$/iu.exec(file)?.[1]?.toLowerCase() ?? ''] ?? 'json';
}

/** A file that grows row by row; its code is loaded with the first row. */
function fileSink(path: string): Sink {
  const sink = import('./file.js').then(({ growingFile }) => growingFile(path));
  return { write: async (text) => (await sink).write(text) };
}

/** The output port over the streams of this process. */
export class TerminalOutput implements Output {
  readonly #options: OutputOptions;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #running = new Set<Progress>();
  #streaming = false;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#stdout = streamSink(options.stdout);
    this.#stderr = streamSink(options.stderr);
  }

  /** Whether failures are documents on stdout rather than text on stderr. */
  get machineReadable(): boolean {
    return this.#options.format === 'json' || this.#options.format === 'ndjson';
  }

  async result(result: Result): Promise<void> {
    const { file, query } = this.#options;
    this.stopProgress();
    const format = this.#options.format ?? (file === undefined ? 'table' : formatOfFile(file));
    const surface = file === undefined ? this.#surface() : FILE_SURFACE;
    const own = result.forms?.[this.#options.form ?? ''];
    const text = own
      ? own()
      : query === undefined
        ? await renderResult(result, format, surface)
        : await renderQueried(await applyQuery(query, result.data), format, surface);
    if (file === undefined) return this.#stdout.write(own && surface.isTTY ? cleanText(text) : text);
    await replaceFile(file, text);
    const bytes = Buffer.byteLength(text);
    // A script that asked for JSON still finds exactly one document on stdout.
    if (this.machineReadable) await this.#stdout.write(renderJsonLine({ output: { file, format, bytes } }));
    else this.notice(`Wrote ${file} (${bytes} bytes).`);
  }

  stream(columns: readonly Column[]): RowStream {
    this.#streaming = true;
    const { file, query } = this.#options;
    return openRowStream({
      columns,
      format: this.#options.format ?? (file === undefined ? 'table' : formatOfFile(file)),
      surface: file === undefined ? this.#surface() : FILE_SURFACE,
      sink: file === undefined ? this.#stdout : fileSink(file),
      ...(query !== undefined && { query }),
    });
  }

  /** The document of a failed command; one line when rows were written before it. */
  async failure(document: ErrorDocument): Promise<void> {
    const oneLine = this.#streaming || this.#options.format === 'ndjson';
    await this.#stdout.write(oneLine ? renderJsonLine(document) : renderJson(document));
  }

  /** Text on stderr whatever `--quiet` says. */
  async stderrText(text: string): Promise<void> {
    await this.#stderr.write(cleanText(text));
  }

  notice(text: string): void {
    if (!this.#options.quiet) this.#say(text);
  }

  warn(text: string): void {
    this.#say(`Warning: ${text}`);
  }

  progress(label: string): Progress {
    const { quiet, stderr, env } = this.#options;
    if (quiet || !stderr.isTTY || env['TERM'] === 'dumb' || env['CI']) return silentProgress;
    const progress: Progress = new SpinnerProgress(label, () => this.#running.delete(progress));
    this.#running.add(progress);
    return progress;
  }

  /** Takes spinners off the terminal before anything else is written there. */
  stopProgress(): void {
    for (const progress of this.#running) progress.done();
  }

  #say(text: string): void {
    // A stderr nobody reads any more must not fail the command.
    this.#stderr.write(`${cleanText(text)}\n`).catch(() => undefined);
  }

  #surface(): Surface {
    const { stdout, noColor, env } = this.#options;
    const isTTY = stdout.isTTY === true;
    return {
      isTTY,
      colour: wantsColour({ isTTY, noColor, env }),
      ...(isTTY && { width: stdout.columns }),
    };
  }
}
