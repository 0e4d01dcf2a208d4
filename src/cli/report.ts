import { TerminalOutput } from '../output/index.js';
import { peekOption, splitArgv } from './argv.js';
import { failureOf, failureText, failureTrace } from './failure.js';
import { outputOptions } from './output-options.js';
import type { StopSignal } from './signals.js';

/** Output built from raw argv, for failures that come before or from parsing. */
export function outputFromArgv(argv: readonly string[]): TerminalOutput {
  const { own } = splitArgv(argv);
  return new TerminalOutput(
    outputOptions({
      json: own.includes('--json'),
      format: peekOption(own, 'format'),
      quiet: own.includes('--quiet') || own.includes('-q'),
      'no-color': own.includes('--no-color'),
    }),
  );
}

interface ReportOptions {
  readonly out?: TerminalOutput;
  readonly signalled?: StopSignal;
}

/** Writes a failure in the form asked for and sets the exit code. The one place that does either. */
export async function reportFailure(
  error: unknown,
  argv: readonly string[],
  { out = outputFromArgv(argv), signalled }: ReportOptions = {},
): Promise<void> {
  const { document, exitCode, show } = failureOf(error, signalled);
  process.exitCode = exitCode;
  if (!show) return;
  out.stopProgress();
  const asText = () => out.stderrText(failureText(document));
  // Where stdout takes no document, as on a full disk, stderr may still say why.
  const write = out.machineReadable ? out.failure(document).catch(asText) : asText();
  // The reader of the error may be gone too; the exit code still tells.
  await write.catch(() => undefined);
  const debug = splitArgv(argv).own.includes('--debug');
  if (debug && error instanceof Error && document.error.code === 'unexpected')
    await out.stderrText(`${failureTrace(error)}\n`).catch(() => undefined);
}
