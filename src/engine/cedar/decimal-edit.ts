import type { TextEdit } from '../../text-edits.js';

const METHODS: Readonly<Record<string, string>> = {
  '>=': 'greaterThanOrEqual',
  '>': 'greaterThan',
  '<=': 'lessThanOrEqual',
  '<': 'lessThan',
};

const COMPARISON =
  /((?:[A-Za-z_]\w*)(?:\.[A-Za-z_]\w*|\["[^"\n]*"\])*)\s*(>=|<=|==|!=|>|<)\s*(-?\d+\.\d{1,4})(?![\d.])/gu;

/** Rewrites the first comparison of a line with a decimal literal into Cedar's own form; comments and texts are left alone. */
export function decimalEdit(source: string, line: number): TextEdit | undefined {
  const lines = source.split('\n');
  const text = lines[line - 1] ?? '';
  const offset = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  for (const match of text.matchAll(COMPARISON)) {
    const [whole, operand = '', operator = '', literal = ''] = match;
    if (isQuotedOrComment(text.slice(0, match.index))) continue;
    const method = METHODS[operator];
    const value = `decimal("${literal}")`;
    return {
      start: offset + match.index,
      end: offset + match.index + whole.length,
      text: method === undefined ? `${operand} ${operator} ${value}` : `${operand}.${method}(${value})`,
    };
  }
  return undefined;
}

function isQuotedOrComment(before: string): boolean {
  const bare = before.replace(/"(?:[^"\\]|\\.)*"/gu, '""');
  return bare.includes('//') || (bare.match(/"/gu)?.length ?? 0) % 2 === 1;
}
