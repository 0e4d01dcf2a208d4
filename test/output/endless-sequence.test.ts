import { expect, it } from 'vitest';
import { cleanText } from '../../src/output/sanitise.js';

it('text full of sequences that begin and never end is cleaned as fast as any other', () => {
  // Looking for the end of each anew would take minutes, and a hostile reply would hang the command.
  for (const start of ['\u009d', '\u0090', '\u001b]', '\u001b[1', '\u009b1']) {
    expect(cleanText(start.repeat(300_000)).replaceAll(/[\]1]/gu, '')).toBe('');
  }
  expect(cleanText('a\u009d0;title\u0007b\u009dunended\u009d0;x\u009cc')).toBe('abunendedc');
});
