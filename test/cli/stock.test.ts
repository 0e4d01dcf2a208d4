import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, runCli } from '../support/cli.js';

const STOCK = [join(ROOT, 'test/cli/fixtures/stock.cjs')];

/** The light dispatcher must be no more than a faster way to the same output. */
describe('the light dispatcher against stock oclif', () => {
  it.each([
    [['--version']],
    [['version']],
    [['version', '--json']],
    [['version', '--help']],
    [['--help']],
    [['context', '--help']],
    [['context', 'set', '--help']],
    [['agents', 'scope', '--help']],
    [['context', 'list', '--json']],
    [['context', 'show', 'nope', '--json']],
    [['version', '--nope']],
    [['version', '--nope', '--json']],
  ])('%j', async (args) => {
    const [light, stock] = await Promise.all([runCli(args), runCli(args, { entry: STOCK })]);
    expect({ ...light, stderr: light.stderr }).toEqual(stock);
  });
});
