/** Pieces of the forms that pipelines read. Every text in them may quote a policy or a call, and so hold anything. */

interface Placed {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly fix?: string;
}

/** One workflow command of GitHub Actions; text that could end it, or begin another, is escaped. */
export function githubAnnotation(level: 'error' | 'warning' | 'notice', message: string, at: Placed): string {
  const data = (text: string): string =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const body = at.fix === undefined ? message : `${message}\n${at.fix}`;
  return `::${level} file=${property(at.file)},line=${at.line},col=${at.column}::${data(body)}\n`;
}

/** A GitHub-flavoured table; cells cannot leave their place, nor become markup. */
export function markdownTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`;
  return `${line(headers)}|${headers.map(() => ' --- |').join('')}\n${rows.map(line).join('')}`;
}

function cell(text: string): string {
  return text
    .replace(/[\r\n\t]+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '\\|');
}

/** Text of an XML attribute or element; what XML cannot hold is left out. */
export function xmlText(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}

/** A file of a directory as seen from where `given`, the directory or file, was named: pipelines look for it there. */
export function located(given: string, file: string): string {
  const base = given.replace(/\\/gu, '/').replace(/^(?:\.\/)+|\/+$/gu, '');
  if (base === '' || base === '.') return file;
  return base === file || base.endsWith(`/${file}`) ? base : `${base}/${file}`;
}
