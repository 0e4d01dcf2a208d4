import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/cli.js';

const require = createRequire(import.meta.url);

/** A built package as an `import()` of the program sees it: what `require` gives is the default export. */
const built = (name: string): unknown => require(join(ROOT, 'dist', `package-${name}.cjs`));

// A spinner shows on a terminal only, so no test of a piped process would notice that it cannot.
describe('packages in chunks of their own', () => {
  it('draw a spinner', () => {
    const ora = built('ora');
    if (typeof ora !== 'function') throw new Error('not the function of the package');
    let drawn = '';
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        drawn += String(chunk);
        done();
      },
    });
    const terminal = Object.assign(stream, {
      isTTY: true,
      columns: 80,
      clearLine: () => true,
      cursorTo: () => true,
      moveCursor: () => true,
    });
    const spinner: unknown = Reflect.apply(ora, undefined, [
      { text: 'pushing bundles', stream: terminal, isEnabled: true, discardStdin: false },
    ]);
    const call = (method: string) => Reflect.apply(Reflect.get(Object(spinner), method), spinner, []);
    call('start');
    call('stop');
    expect(drawn).toContain('pushing bundles');
  });

  it.each([
    ['chalk', 'Chalk'],
    ['inquirer', 'createPromptModule'],
    ['yaml', 'parseDocument'],
    ['undici', 'Pool'],
    ['jmespath-community-jmespath', 'search'],
  ])('%s has %s', async (name, member) => {
    const file = pathToFileURL(join(ROOT, 'dist', `package-${name}.cjs`));
    const loaded: { default: unknown } = await import(file.href);
    expect(Reflect.get(Object(loaded.default), member)).toBeTypeOf('function');
  });
});
