import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { BIN, cliEnvironment } from '../support/cli.js';

let home: string;
let child: ChildProcess | undefined;
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

const policy = (tool: string): string =>
  `@id("no-wiping")\nforbid (principal, action, resource) when { context.tool == "${tool}" };\n`;
const tests = (name: string, decision: string): string =>
  `tests:\n  - { name: ${name}, call: { tool: wipe }, expect: { decision: ${decision} } }\n`;

/** What a running command says, read on from where the last look ended. */
class Said {
  #text = '';
  #look: () => void = () => undefined;

  constructor(from: ChildProcess) {
    from.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text += chunk;
      this.#look();
    });
    from.once('close', () => {
      this.#text += '(ended)';
      this.#look();
    });
  }

  until(wanted: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const found = wanted.exec(this.#text);
        if (found === null && this.#text.includes('(ended)')) reject(new Error(`ended: ${this.#text}`));
        if (found === null) return;
        this.#text = this.#text.slice(found.index + found[0].length);
        this.#look = () => undefined;
        resolve();
      };
      this.#look();
    });
  }
}

/** As editors do: a file of its own, moved over the old one. */
async function save(path: string, text: string): Promise<void> {
  await writeFile(`${path}.swap`, text);
  await rename(`${path}.swap`, path);
}

it('policy test --watch runs again after each save, however it is made, and goes on past what is broken', async () => {
  home = await mkdtemp(join(tmpdir(), 'policy-watch-'));
  const folder = join(home, 'policies');
  await mkdir(join(folder, 'team'), { recursive: true });
  const file = join(folder, 'team', 'wipe.cedar');
  await writeFile(file, policy('wipe'));
  await writeFile(join(folder, 'a.test.yaml'), tests('wiping is blocked', 'BLOCK'));
  child = spawn(process.execPath, [BIN, 'policy', 'test', folder, '--watch'], {
    env: cliEnvironment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = new Said(child);
  await said.until(/1 passed, 0 failed/);

  for (let round = 0; round < 2; round += 1) {
    await save(file, policy('something else'));
    await said.until(/wipe\.cedar changed[^]*failed: wiping is blocked: decided ALLOW, expected BLOCK/);
    await save(file, policy('wipe'));
    await said.until(/wipe\.cedar changed[^]*1 passed, 0 failed/);
  }

  await writeFile(file, 'forbid (principal, action resource);\n');
  await said.until(/wipe\.cedar:1:\d+: error/);
  await writeFile(file, policy('wipe'));
  await said.until(/1 passed, 0 failed/);

  await mkdir(join(folder, 'new', 'deep'), { recursive: true });
  await save(join(folder, 'new', 'deep', 'b.test.yaml'), tests('another', 'ALLOW'));
  await said.until(/failed: another[^]*1 passed, 1 failed/);
  await rm(join(folder, 'new'), { recursive: true });
  await said.until(/1 passed, 0 failed/);

  const ended = once(child, 'close');
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(130);
});

it('policy test --watch of a folder that is not there says so at once', async () => {
  home = await mkdtemp(join(tmpdir(), 'policy-watch-'));
  child = spawn(process.execPath, [BIN, 'policy', 'test', join(home, 'nowhere'), '--watch'], {
    env: cliEnvironment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  await new Said(child).until(/nowhere does not exist/);
  expect((await ended)[0]).toBe(2);
});
