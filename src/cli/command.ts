import { Command, type Config, type Interfaces } from '@oclif/core';
import type { Connection, ConnectionInputs } from '../context/index.js';
import { EXIT_CODES, ThothctlError, usageError } from '../errors/index.js';
import type { GovApi } from '../govapi/index.js';
import {
  askSecret,
  askText,
  askYesNo,
  TerminalOutput,
  type Output,
  type PromptSurface,
  type Result,
} from '../output/index.js';
import { splitArgv } from './argv.js';
import { namedByFlag } from './flag-of-member.js';
import { baseFlags } from './flags.js';
import type { ConnectionRequest, CredentialNeed } from './connection.js';
import { outputOptions } from './output-options.js';
import { fromParseFailure } from './parse-failure.js';
import { hardenArgs, hardenFlags } from './parser-guards.js';
import { protect, redact } from './redact.js';
import { outputFromArgv, reportFailure } from './report.js';
import { resolveSecret, type SecretValue } from './secret.js';
import { StopSignals } from './signals.js';

export type CommandFlags<T extends typeof Command> = Interfaces.InferredFlags<typeof baseFlags & T['flags']>;
/** A command as loaders hand it out. */
export type RunnableCommand = Pick<Command.Class, keyof Command.Class> &
  (new (argv: string[], config: Config) => ThothCommand<typeof Command>);

export type CommandArgs<T extends typeof Command> = Interfaces.InferredArgs<T['args']>;

/** What SIGINT and SIGTERM mean to a command. */
export type OnSignal =
  /** Stop the work and exit 130 or 143. */
  | 'interrupt'
  /** A normal end of the work: exit 0 once it has wound down, however long that takes. */
  | 'finish'
  /** The command installs its own handlers (it forwards signals to a child). */
  | 'own';

/**
 * Base of every command. A command declares flags and arguments and implements `execute`; parsing, output, errors,
 * signals and the exit code are decided here and nowhere else.
 */
export abstract class ThothCommand<T extends typeof Command> extends Command {
  static override baseFlags: Interfaces.FlagInput = baseFlags;
  /** True for commands that hand everything after `--` to a child, untouched; read it as `this.passthrough`. */
  static takesCommand = false;
  static onSignal: OnSignal = 'interrupt';
  /** True for commands whose `--output` names a file they write themselves. */
  static ownOutput = false;
  /** Exit codes beyond the common ones, for the help. */
  static exitCodes: readonly (keyof typeof EXIT_CODES)[] = [];
  /** Variables this command reads beyond the common ones, for the help: name to meaning. */
  static variables: Readonly<Record<string, string>> = {};

  protected flags!: CommandFlags<T>;
  protected args!: CommandArgs<T>;
  /** What stood after `--`, exactly as typed; undefined without `--`. */
  protected passthrough: readonly string[] | undefined;
  readonly #signals = new StopSignals();
  #out: TerminalOutput | undefined;
  #api: Promise<GovApi> | undefined;
  #inputs: Promise<ConnectionInputs> | undefined;
  #connection: Connection | undefined;
  #exitCode = 0;

  /** Does the work. Streaming verbs write to `this.out.stream(…)` and return nothing. */
  protected abstract execute(): Promise<Result | void>;

  protected get out(): Output {
    return this.#output();
  }

  /** Aborted by the first SIGINT or SIGTERM. */
  protected get signal(): AbortSignal {
    return this.#signals.signal;
  }

  protected get dryRun(): boolean {
    return this.#flag('dry-run') === true;
  }

  /** Whether somebody can be asked: stdin is a terminal and `--no-input` was not given. */
  protected get attended(): boolean {
    return process.stdin.isTTY === true && this.#flag('no-input') !== true;
  }

  /** Client of the selected tenant. Fails with the reason and the remedy when there is no usable credential. */
  protected api(options: { longLived?: boolean; need?: CredentialNeed } = {}): Promise<GovApi> {
    this.#api ??= import('./connection.js').then(({ connect }) =>
      connect(
        {
          ...this.#connectionRequest(),
          version: this.config.version,
          trace: (line) => process.stderr.write(`${redact(line)}\n`),
          longLived: options.longLived === true,
        },
        options.need,
      ),
    );
    return this.#api;
  }

  /** Client of another saved context, whatever this command's own selection is. The caller closes it. */
  protected async apiOf(context: string): Promise<GovApi> {
    const { connect, connectionInputs } = await import('./connection.js');
    const flags = { ...this.flags, context };
    const warn = (text: string): void => this.out.warn(text);
    return connect({
      flags,
      warn,
      notice: (text) => this.out.notice(text),
      inputs: () => connectionInputs({ flags, warn }),
      resolved: () => undefined,
      version: this.config.version,
      trace: (line) => process.stderr.write(`${redact(line)}\n`),
    });
  }

  /** Where the command connects and as whom, for commands that need more of it than a client. */
  protected async connection(need: CredentialNeed = 'required'): Promise<Connection> {
    const { resolveFor } = await import('./connection.js');
    return resolveFor(this.#connectionRequest(), need);
  }

  /** The base flags as `src/context` takes them; secrets on stdin have been read. */
  protected connectionInputs(): Promise<ConnectionInputs> {
    this.#inputs ??= import('./connection.js').then(({ connectionInputs }) =>
      connectionInputs({ flags: this.flags, warn: (text) => this.out.warn(text) }),
    );
    return this.#inputs;
  }

  /**
   * Shows what is about to happen, with the tenant and the context of `api()`, and asks; `--yes` answers. Settles only
   * when the answer is yes.
   */
  protected async confirm(what: string): Promise<void> {
    const at = this.#connection;
    const shown = at
      ? `${what} (tenant ${at.tenantId}, ${at.context ? `context ${at.context.name}` : 'no context'})`
      : what;
    if (this.#flag('yes') === true) return this.out.notice(shown);
    if (await askYesNo(this.#promptSurface(), shown, '--yes to confirm')) return;
    throw new ThothctlError({
      code: 'not_confirmed',
      message: 'Not confirmed; nothing was changed.',
      exit: 'interrupted',
    });
  }

  /** Asks for a line of text; `answeredBy` names the flag or variable that gives it without a prompt. */
  protected ask(question: string, answeredBy: string): Promise<string> {
    return askText(this.#promptSurface(), question, answeredBy);
  }

  /** Asks for a secret without showing it. */
  protected async askSecret(question: string, answeredBy: string): Promise<string> {
    const secret = await askSecret(this.#promptSurface(), question, answeredBy);
    protect(secret);
    return secret;
  }

  /** Value of a `secretFlags(name, …)` family: inline (with a warning), file, stdin, then the environment. */
  protected async secret(name: string): Promise<string | undefined> {
    return (await this.secretSource(name))?.value;
  }

  /** As `secret`, with where it came from. */
  protected secretSource(name: string): Promise<SecretValue | undefined> {
    return resolveSecret(name, this.flags, (text) => this.out.warn(text));
  }

  /** Exit code outside the registry: `run` returns that of its child. */
  protected exitWith(code: number): void {
    this.#exitCode = code;
  }

  /** For streams of `onSignal = 'finish'`, which a signal ends in the ordinary way: 130 or 143 and no error document. */
  protected endStream(): void {
    const { received } = this.#signals;
    if (received) this.#exitCode = EXIT_CODES[received === 'SIGINT' ? 'interrupted' : 'terminated'].code;
  }

  /** Runs the command; the outcome is in the output and in `process.exitCode`. */
  async perform(): Promise<void> {
    await this._run();
  }

  override async init(): Promise<void> {}

  /** Final: commands implement `execute`. */
  override async run(): Promise<void> {
    await this.#parse();
    const { onSignal } = this.#statics();
    if (onSignal !== 'own') this.#signals.listen();
    const work = this.execute();
    const result = await (onSignal === 'interrupt' ? this.#signals.withGrace(work) : work);
    if (result) {
      if (result.exit) this.#exitCode = EXIT_CODES[result.exit].code;
      await this.#output().result(result);
    }
    if (onSignal === 'interrupt' && this.#signals.received)
      throw new ThothctlError({ code: 'interrupted', message: 'Interrupted.', exit: 'interrupted' });
    process.exitCode = this.#exitCode;
  }

  /** The one road from any error to output and exit code; see `failureOf`. */
  protected override async catch(error: unknown): Promise<void> {
    this.#signals.abort();
    const command = {
      id: (this.id ?? '').replaceAll(':', ' '),
      flagNames: Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags }),
      argv: this.argv,
      passthrough: this.#statics().takesCommand,
    };
    const failure =
      fromParseFailure(error, command) ?? namedByFlag(error, command.flagNames, Object.keys(this.ctor.args));
    await reportFailure(failure, this.argv, {
      out: this.#output(),
      signalled: this.#signals.received,
    });
  }

  protected override async finally(): Promise<void> {
    this.#signals.ignore();
    await this.#api?.then((api) => api.close()).catch(() => undefined);
    this.#out?.stopProgress();
  }

  async #parse(): Promise<void> {
    const { own, after } = splitArgv(this.argv);
    const { takesCommand } = this.#statics();
    this.passthrough = after;
    // Set before a failure to parse, which oclif would otherwise report as "did not parse" under NODE_ENV=test.
    this.parsed = true;
    const { ctor } = this;
    const parsed = await this.parse(
      {
        flags: hardenFlags({ ...ctor.baseFlags, ...ctor.flags }),
        args: hardenArgs(ctor.args),
        strict: ctor.strict,
      },
      // Without a child command "--" only ends the flags.
      takesCommand || after === undefined ? own : [...own, '--', ...after],
    );
    this.flags = parsed.flags as CommandFlags<T>;
    this.args = parsed.args as CommandArgs<T>;
    if (this.flags.json === true && this.#flag('format') !== undefined && this.#flag('format') !== 'json')
      throw usageError(
        `--json and --format ${String(this.#flag('format'))} contradict each other.`,
        'Give one of them.',
      );
  }

  #statics(): Pick<typeof ThothCommand, 'takesCommand' | 'onSignal' | 'ownOutput'> {
    const { ctor } = this;
    return {
      ownOutput: 'ownOutput' in ctor && ctor.ownOutput === true,
      takesCommand: 'takesCommand' in ctor && ctor.takesCommand === true,
      onSignal:
        'onSignal' in ctor && (ctor.onSignal === 'finish' || ctor.onSignal === 'own')
          ? ctor.onSignal
          : 'interrupt',
    };
  }

  #connectionRequest(): ConnectionRequest {
    return {
      flags: this.flags,
      warn: (text) => this.out.warn(text),
      notice: (text) => this.out.notice(text),
      inputs: () => this.connectionInputs(),
      resolved: (connection) => {
        this.#connection = connection;
      },
    };
  }

  #flag(name: string): unknown {
    const flags: Readonly<Record<string, unknown>> = this.flags ?? {};
    return flags[name];
  }

  #promptSurface(): PromptSurface {
    this.#output().stopProgress();
    return { attended: this.attended, signal: this.signal };
  }

  /** Built from the parsed flags, or from raw argv when parsing failed, so that errors take the right form as well. */
  #output(): TerminalOutput {
    this.#out ??= this.flags
      ? new TerminalOutput(
          outputOptions(this.#statics().ownOutput ? { ...this.flags, output: undefined } : this.flags),
        )
      : outputFromArgv(this.argv);
    return this.#out;
  }
}
