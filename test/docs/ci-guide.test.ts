import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from '../commands/local-plane.js';
import { cliEnvironment, ROOT } from '../support/cli.js';

// Every pipeline of the guide runs as printed against a local control plane; only the runner around it is missing.

let plane: LocalPlane;
let environment: Record<string, string>;
let blocks: readonly { readonly language: string; readonly text: string }[];

beforeAll(async () => {
  plane = await LocalPlane.start();
  const bin = join(plane.home, 'bin');
  await mkdir(bin);
  await program(join(bin, 'thothctl'), `exec "${process.execPath}" "${ROOT}/bin/run.cjs" "$@"`);
  // npx --yes thothctl …
  await program(join(bin, 'npx'), `shift 2; exec "${process.execPath}" "${ROOT}/bin/run.cjs" "$@"`);
  const key = await plane.json('api-keys', 'create', '--organization', '--permission', 'read', '--permission', 'write');
  environment = {
    ...cliEnvironment(plane.home),
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    CI: 'true',
    // A runner has no saved context.
    THOTHCTL_CONFIG_DIR: join(plane.home, 'runner'),
    THOTH_GOVAPI_URL: plane.url,
    THOTH_TENANT_ID: 'local',
    THOTH_ORG_API_KEY: String(key['api_key']),
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_REPOSITORY: 'acme/policies',
    GITHUB_RUN_ID: '4711',
    GITHUB_SHA: 'a'.repeat(40),
    GITHUB_ACTOR: 'kim',
  };
  const guide = await readFile(join(ROOT, 'docs/guides/ci.md'), 'utf8');
  blocks = [...guide.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language = '', text = '']) => ({ language, text }));
  await plane.enforce(await plane.agentKey(), 'read_file');
}, 270_000);
afterAll(() => plane.remove());

async function program(path: string, line: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${line}\n`);
  await chmod(path, 0o755);
}

/** A repository with one policy that forbids a tool, and its test. */
async function repository(name: string, tool: string): Promise<string> {
  const folder = join(plane.home, name);
  await mkdir(join(folder, 'policies'), { recursive: true });
  await writeFile(
    join(folder, `policies/${name}.cedar`),
    `@id("no-${tool}")\nforbid (principal, action == Thoth::Action::"tool_call:${tool}", resource);\n`,
  );
  await writeFile(
    join(folder, `policies/${name}.test.yaml`),
    `tests:\n  - name: ${tool} is blocked\n    call: { tool: ${tool} }\n    expect: { decision: BLOCK }\n`,
  );
  return folder;
}

async function steps(folder: string, lines: readonly string[], env: Record<string, string> = {}): Promise<string> {
  let output = '';
  for (const line of lines) {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', line], {
      cwd: folder,
      env: { ...environment, ...env },
      timeout: 240_000,
    });
    output += stdout + stderr;
  }
  return output;
}

function pipeline(marker: string): Readonly<Record<string, unknown>> {
  const block = blocks.find(({ language, text }) => language === 'yaml' && text.includes(marker));
  return parse(block?.text ?? '') as Readonly<Record<string, unknown>>;
}

async function bundles(): Promise<unknown> {
  const { data } = await plane.json('governance', 'policy-bundles', 'list');
  return data;
}

describe('the guide to pipelines', () => {
  it('GitHub Actions: the check summarises, the deployment pushes with its provenance', async () => {
    const folder = await repository('github', 'shred');
    const summary = join(folder, 'summary.md');
    const { jobs } = pipeline('GITHUB_STEP_SUMMARY') as {
      jobs: Record<string, { steps: readonly { run?: string }[] }>;
    };
    const run = (job: string): Promise<string> =>
      steps(
        folder,
        (jobs[job]?.steps ?? []).flatMap((step) => step.run ?? []),
        { GITHUB_STEP_SUMMARY: summary },
      );
    await run('check');
    expect(await readFile(summary, 'utf8')).toMatch(/github/);
    expect(await readFile(join(folder, 'policy-tests.xml'), 'utf8')).toContain('shred is blocked');
    expect(await bundles()).toEqual([]);
    await run('deploy');
    expect(await bundles()).toMatchObject([{ name: 'github', version: 1, status: 'active' }]);
    const history = JSON.stringify(await plane.json('policy', 'history', 'github'));
    expect(history).toContain('a'.repeat(40));
    expect(history).toContain('actions/runs/4711');
  }, 270_000);

  it('GitLab CI: the same jobs, one script each', async () => {
    const folder = await repository('gitlab', 'burn');
    const jobs = pipeline('resource_group') as Record<string, { script: readonly string[] }>;
    await steps(folder, jobs['policy-check']?.script ?? []);
    expect(await readFile(join(folder, 'policy-simulation.md'), 'utf8')).not.toBe('');
    await steps(folder, jobs['policy-deploy']?.script ?? []);
    expect(JSON.stringify(await bundles())).toContain('"gitlab"');
  }, 270_000);

  it('observe first: staged by one job, in force after the other, and rolled back by name', async () => {
    const folder = await repository('staged', 'grind');
    const jobs = pipeline('policy-promote') as Record<string, { script: readonly string[] }>;
    const latest = async () =>
      ((await bundles()) as { name: string; status: string }[]).find(({ name }) => name === 'staged')?.status;
    await steps(folder, jobs['policy-stage']?.script ?? []);
    expect(await latest()).toBe('staged');
    await steps(folder, jobs['policy-promote']?.script ?? []);
    expect(await latest()).toBe('active');
    await steps(folder, [
      'sed -i.before s/grind/mill/ policies/staged.cedar; thothctl policy push policies',
      'thothctl policy rollback staged',
    ]);
    const history = JSON.stringify(await plane.json('policy', 'history', 'staged'));
    expect(history).toContain('"version":4');
  });

  it('a shell: and a second run changes nothing', async () => {
    const folder = await repository('shell', 'melt');
    const block = blocks.find(({ language, text }) => language === 'sh' && text.includes('policy push'));
    await steps(folder, [block?.text ?? 'false']);
    const before = await plane.json('evidence', 'head');
    await steps(folder, ['thothctl policy push policies']);
    expect(await plane.json('evidence', 'head')).toMatchObject({ chain_index: before['chain_index'] });
    expect(JSON.stringify(await bundles())).toContain('"shell"');
  }, 270_000);

  it('the hook stops a commit with a broken policy, and lets others through', async () => {
    const folder = await repository('hooked', 'crush');
    const hook = blocks.find(({ language, text }) => language === 'sh' && text.includes('pre-commit'))?.text ?? '';
    const git = 'git -c user.name=t -c user.email=t@example.com';
    await steps(folder, ['git init -q .', hook, `git add -A && ${git} commit -q -m good`]);
    await writeFile(join(folder, 'policies/hooked.cedar'), 'forbid (principal, action, resource) when {\n');
    await expect(steps(folder, [`git add -A && ${git} commit -q -m bad`])).rejects.toThrow(/hooked\.cedar/);
    await writeFile(join(folder, 'notes.txt'), 'not policy');
    await steps(folder, ['git reset -q', 'git add notes.txt', `${git} commit -q -m notes`]);
  }, 270_000);
});
