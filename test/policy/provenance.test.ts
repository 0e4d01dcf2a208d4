import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readProvenance } from '../../src/policy/change/provenance.js';

const nothing = { commit: undefined, author: undefined, runUrl: undefined };
const folder = mkdtempSync(join(tmpdir(), 'thothctl-provenance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('reads the variables of a pipeline, and what a flag says goes before', async () => {
  const github = {
    GITHUB_SHA: 'abc',
    GITHUB_ACTOR: 'ana',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_RUN_ID: '7',
  };
  expect(await readProvenance(folder, nothing, github)).toEqual({
    git_commit: 'abc',
    git_author: 'ana',
    ci_run_url: 'https://github.com/o/r/actions/runs/7',
  });
  const gitlab = {
    CI_COMMIT_SHA: 'def',
    CI_COMMIT_AUTHOR: 'Bo <bo@example.com>',
    CI_JOB_URL: 'https://x:token@ci/1',
  };
  expect(await readProvenance(folder, { ...nothing, commit: 'mine' }, gitlab)).toEqual({
    git_commit: 'mine',
    git_author: 'Bo <bo@example.com>',
    ci_run_url: 'https://ci/1',
  });
});

it('asks git about the directory, says when it was modified, and is silent outside a repository', async () => {
  expect(await readProvenance(folder, nothing, {})).toEqual({});
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ana', '-c', 'user.email=a@example.com', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet');
  writeFileSync(join(folder, 'a.cedar'), 'permit (principal, action, resource);');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  const git_commit = git('rev-parse', 'HEAD');
  expect(await readProvenance(folder, nothing, {})).toEqual({ git_commit, git_author: 'Ana' });
  writeFileSync(join(folder, 'a.cedar'), 'forbid (principal, action, resource);');
  expect(await readProvenance(join(folder, 'a.cedar'), nothing, {})).toEqual({
    git_commit,
    git_author: 'Ana',
    git_modified: true,
  });
});
