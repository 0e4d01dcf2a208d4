import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'thothctl-readme-'));

/** The blocks marked to be run, in order. The server of the first one gets a free port and goes to the background. */
function walkthrough(markdown: string): string {
  const blocks = [...markdown.matchAll(/<!-- run -->\n+```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return blocks
    .join('\n')
    .replace(
      'thothctl server start\n',
      'thothctl server start --port 0 --ready-file ready.json >server.log 2>&1 & \nserver=$!\n' +
        'trap "kill $server; wait $server || true" EXIT\n' +
        'for i in $(seq 200); do [ -s ready.json ] && break; sleep 0.05; done\n',
    );
}

describe('README', () => {
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('takes a new user from nothing to a blocked call and a verified chain', async () => {
    const bin = join(home, 'bin');
    const work = join(home, 'work');
    mkdirSync(bin);
    mkdirSync(join(work, 'node_modules'), { recursive: true });
    writeFileSync(join(bin, 'thothctl'), `#!/bin/sh\nexec "${process.execPath}" "${root}bin/run.cjs" "$@"\n`);
    chmodSync(join(bin, 'thothctl'), 0o755);
    symlinkSync(root, join(work, 'node_modules', 'thothctl'));
    const script = `set -euo pipefail\n${walkthrough(readFileSync(join(root, 'README.md'), 'utf8'))}`;

    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      cwd: work,
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home },
      timeout: 240_000,
    });

    expect(stdout).toMatch(/sent 20/);
    expect(stdout).toMatch(/Thoth blocked tool 'wire_transfer': transfers above 500 need a person/);
    expect(stdout).not.toMatch(/sent 9000/);
    expect(stdout).toMatch(/wire_transfer/);
    expect(stdout).toMatch(/verified/i);
  }, 270_000);

  it('links only to files that exist', () => {
    const links = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !link.startsWith('http')).length).toBeGreaterThan(5);
    for (const link of links) {
      if (!link.startsWith('http')) expect(() => readFileSync(join(root, link))).not.toThrow(/ENOENT/);
    }
  });
});
