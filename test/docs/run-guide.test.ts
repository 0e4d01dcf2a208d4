import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { cliEnvironment, ROOT } from '../support/cli.js';

const home = mkdtempSync(join(tmpdir(), 'thothctl-run-guide-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('every command of the run guide works as printed', async () => {
  const bin = join(home, 'bin');
  const work = join(home, 'work');
  mkdirSync(bin);
  mkdirSync(work);
  program(join(bin, 'thothctl'), `exec "${process.execPath}" "${ROOT}/bin/run.cjs" "$@"`);
  // The package runner would fetch the very server that is bundled for quickstart: -y NAME FOLDER.
  program(join(bin, 'npx'), `shift 2; exec "${process.execPath}" "${ROOT}/dist/mcp-filesystem.mjs" "$@"`);
  writeFileSync(join(work, 'agent.js'), 'console.log(process.env.THOTH_AGENT_ID, process.env.THOTH_API_URL);');
  writeFileSync(join(work, 'crm.token'), 'Bearer t0ken');
  copyFileSync(join(ROOT, 'README.md'), join(work, 'README.md'));
  const guide = readFileSync(join(ROOT, 'docs/guides/run.md'), 'utf8');
  const blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const key = blocks.find((block) => block.includes('api-keys create')) ?? '';
  const script = [
    // A server on stdio ends when its input does.
    'set -euo pipefail; exec </dev/null',
    'thothctl server start --port 0 --ready-file ready.json >server.log 2>&1 &',
    'server=$!; trap "kill $server; wait $server || true" EXIT',
    'for i in $(seq 200); do [ -s ready.json ] && break; sleep 0.05; done',
    'thothctl api-keys create --organization --permission execute --key-file any.key >/dev/null',
    'export THOTH_API_KEY_FILE=any.key',
    ...blocks.filter((block) => block !== key),
    key,
    'echo the end',
  ].join('\n');

  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    cwd: work,
    env: { ...cliEnvironment(home), PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    timeout: 240_000,
  });

  expect(blocks.length).toBeGreaterThan(3);
  expect(stdout).toMatch(/support http:\/\/127\.0\.0\.1:\d+/);
  expect(stdout).toMatch(/read_text_file/);
  expect(stdout).toMatch(/the end/);
}, 270_000);

function program(path: string, line: string): void {
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
}
