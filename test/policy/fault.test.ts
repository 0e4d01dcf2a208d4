import { describe, expect, it } from 'vitest';
import { excerptOf, faultText, pointed } from '../../src/policy/fault.js';

const fault = (excerpt: string, column: number) =>
  faultText({
    file: 'a.cedar',
    line: 1,
    column,
    severity: 'error',
    code: 'x',
    message: 'no',
    excerpt,
    fix: 'yes',
  });

describe('the excerpt of a fault', () => {
  it('stands between place and remedy with a caret below the column, also behind tabs', () => {
    expect(fault('\tpermit (x', 10)).toBe(
      `a.cedar:1:10: error: no [x]\n     permit (x\n    ${' '.repeat(9)}^\n    fix: yes`,
    );
  });

  it('is the part around the column of a long line, and then has no caret that would mislead', () => {
    const text = `first\n${'a'.repeat(5000)}HERE${'b'.repeat(5000)}\n`;
    const excerpt = excerptOf(text, 2, 5001);
    expect(excerpt).toMatch(/^…a+HEREb+$/u);
    expect(excerpt.length).toBeLessThan(200);
    expect(pointed(excerpt, 5001)).toBe(excerpt);
  });
});
