import { ThothctlError } from '../errors/index.js';
import type { PolicyDiagnostic } from '../engine/types.js';

/** A finding with the file it is in. */
export interface PolicyFault extends PolicyDiagnostic {
  readonly file: string;
}

/** `file:line:column: severity: message`, the form editors and CI annotate, followed by the excerpt. */
export function faultText(fault: PolicyFault): string {
  const head = `${fault.file}:${fault.line}:${fault.column}: ${fault.severity}: ${fault.message} [${fault.code}]`;
  const excerpt = fault.excerpt ? `\n${pointed(fault.excerpt, fault.column).replace(/^/gm, '    ')}` : '';
  return `${head}${excerpt}${fault.fix ? `\n    fix: ${fault.fix}` : ''}`;
}

const LONGEST_EXCERPT = 160;
const CUT = '…';

/** The source line of a fault; of a long one the part around the column. */
export function excerptOf(text: string, line: number, column: number): string {
  const source = (text.split('\n')[line - 1] ?? '').trimEnd().replace(/\t/g, ' ');
  if (source.length <= LONGEST_EXCERPT) return source;
  const from = Math.max(0, column - LONGEST_EXCERPT / 2);
  return CUT + source.slice(from, from + LONGEST_EXCERPT);
}

/** An excerpt with a caret below the column; of a cut line nobody knows where that is. */
export function pointed(excerpt: string, column: number): string {
  const line = excerpt.replace(/\t/g, ' ');
  if (line.startsWith(CUT) || column > Array.from(line).length + 1) return line;
  return `${line}\n${' '.repeat(column - 1)}^`;
}

/** What `policy lint` reads. */
const LINTED = /\.(?:cedar|rego)$|thoth\.policy\.ya?ml$/iu;

/** Every fault at once, so that one run is enough to repair a directory. */
export function faultyPolicy(faults: readonly PolicyFault[], consequence: string): ThothctlError {
  const errors = faults.filter((fault) => fault.severity === 'error');
  const files = new Set(errors.map((fault) => fault.file)).size;
  const listing = errors.map(faultText).join('\n');
  return new ThothctlError({
    code: 'policy_invalid',
    message: `${errors.length} ${errors.length === 1 ? 'fault' : 'faults'} in ${files} policy ${files === 1 ? 'file' : 'files'}; ${consequence}\n${listing}`,
    exit: 'usage',
    fix: errors.some(({ file }) => LINTED.test(file))
      ? 'repair the places listed and run the command again; `thothctl policy lint DIR` checks without sending'
      : 'repair the places listed and run the command again',
    details: { diagnostics: errors.map(({ edit: _edit, ...fault }) => fault) },
  });
}

/** By file, then by place. */
export function byPlace(a: PolicyFault, b: PolicyFault): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
