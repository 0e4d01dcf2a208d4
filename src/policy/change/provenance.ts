import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OperationInput } from '../../contract/index.js';

/** Where a change of policy comes from: recorded with every version. */
export type Provenance = NonNullable<
  NonNullable<OperationInput<'openPolicyBundleGroup'>['body']>['provenance']
>;

interface Told {
  readonly commit: string | undefined;
  readonly author: string | undefined;
  readonly runUrl: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What a flag says, else the variables of the pipeline, else git about the directory. What nobody knows is left out. */
export async function readProvenance(
  path: string | undefined,
  told: Told,
  env: Environment = process.env,
): Promise<Provenance> {
  const ci = pipeline(env);
  const commit = told.commit ?? ci.commit;
  const author = told.author ?? ci.author;
  const git = commit !== undefined && author !== undefined ? {} : await askGit(path);
  return bounded({
    git_commit: commit ?? git.commit,
    git_author: author ?? git.author,
    // About the commit of the directory only; one that was named is not ours to judge.
    git_modified: commit === undefined && git.modified === true ? true : undefined,
    ci_run_url: told.runUrl ?? ci.runUrl,
  });
}

/** GitHub Actions, GitLab CI, and the names other systems agree on. */
function pipeline(env: Environment): Told {
  const said = (...names: string[]): string | undefined =>
    names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '');
  const [server, repository, run] = [
    said('GITHUB_SERVER_URL'),
    said('GITHUB_REPOSITORY'),
    said('GITHUB_RUN_ID'),
  ];
  const github =
    server !== undefined && repository !== undefined && run !== undefined
      ? `${server}/${repository}/actions/runs/${run}`
      : undefined;
  return {
    commit: said('GITHUB_SHA', 'CI_COMMIT_SHA', 'BUILDKITE_COMMIT', 'CIRCLE_SHA1', 'GIT_COMMIT'),
    author: said('GITHUB_ACTOR', 'CI_COMMIT_AUTHOR', 'GITLAB_USER_LOGIN', 'BUILDKITE_BUILD_AUTHOR'),
    runUrl:
      github ?? said('CI_JOB_URL', 'CI_PIPELINE_URL', 'BUILDKITE_BUILD_URL', 'CIRCLE_BUILD_URL', 'BUILD_URL'),
  };
}

async function askGit(
  path: string | undefined,
): Promise<{ commit?: string; author?: string; modified?: boolean }> {
  if (path === undefined) return {};
  const found = await stat(path).catch(() => undefined);
  const folder = found?.isDirectory() === false ? dirname(path) : path;
  const [head, status] = await Promise.all([
    git(folder, ['log', '-1', '--no-show-signature', '--format=%H%n%an']),
    git(folder, ['status', '--porcelain', '--', '.']),
  ]);
  const [commit, author] = head?.split('\n') ?? [];
  return {
    ...(commit && { commit }),
    ...(author && { author }),
    ...(status !== undefined && { modified: status !== '' }),
  };
}

/** Output of git, undefined when there is none, no repository or no answer. Started without a shell, nor what its configuration would start. */
function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      'git',
      ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-pager', '-C', folder, ...args],
      {
        timeout: 5_000,
        maxBuffer: 1024 * 1024,
        env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      },
      (error, stdout) => resolve(error === null ? stdout.trim() : undefined),
    );
  });
}

/** Within what the contract takes, and free of credentials: URLs of pipelines may carry one. */
function bounded(found: {
  readonly git_commit: string | undefined;
  readonly git_author: string | undefined;
  readonly git_modified: boolean | undefined;
  readonly ci_run_url: string | undefined;
}): Provenance {
  const { git_commit, git_author, git_modified, ci_run_url } = found;
  return {
    ...(git_commit !== undefined && { git_commit: git_commit.slice(0, 200) }),
    ...(git_author !== undefined && { git_author: git_author.slice(0, 200) }),
    ...(git_modified !== undefined && { git_modified }),
    ...(ci_run_url !== undefined && { ci_run_url: withoutUser(ci_run_url).slice(0, 2000) }),
  };
}

function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/iu, '$1');
}
