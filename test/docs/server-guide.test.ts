import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalPlane } from '../commands/local-plane.js';
import { cliEnvironment, ROOT } from '../support/cli.js';

// The guide runs as printed, but for the places of the server.

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

it('the guide of the control plane runs as printed', async () => {
  const bin = join(plane.home, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'thothctl'), `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/bin/run.cjs" "$@"\n`);
  await chmod(join(bin, 'thothctl'), 0o755);
  const guide = (await readFile(join(ROOT, 'docs/guides/server.md'), 'utf8'))
    .replaceAll('~/.local/share/thothctl/server', join(plane.home, 'data'))
    .replaceAll('http://127.0.0.1:4100', plane.url);
  const blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', ['set -euo pipefail; exec </dev/null', ...blocks].join('\n')],
    {
      cwd: plane.home,
      env: { ...cliEnvironment(plane.home), PATH: `${bin}:${process.env['PATH'] ?? ''}` },
      timeout: 100_000,
    },
  );
  expect(stdout).toMatch(/^restored +.*before-upgrade\.db$/m);
  expect(stdout).toMatch(/^replaced\.revoked /m);
  expect(stdout).toMatch(/^Evidence +verified$/m);
});
