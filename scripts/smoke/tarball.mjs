// Packs the package, installs the tarball into an empty project and uses it as a stranger would: the command line,
// the four library entries as ESM and as CommonJS, and their types under three module resolutions.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'thothctl-smoke-'));
const project = join(home, 'project');
const npmEnv = { ...process.env, npm_config_update_notifier: 'false' };
const env = {
  ...npmEnv,
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  XDG_DATA_HOME: join(home, 'data'),
};
const run = (command, args, options = {}) =>
  execFileSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });

const ENTRIES = ['thothctl', 'thothctl/anthropic', 'thothctl/openai', 'thothctl/evidence'];

try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], {
      cwd: root,
      encoding: 'utf8',
      env: npmEnv,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const names = packed.files.map((file) => file.path);
  assert(
    names.includes('bin/run.cjs') && names.includes('oclif.manifest.json'),
    'entry and manifest are packed',
  );
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  for (const [, path] of readme.matchAll(/\]\((docs\/[^)#]+\.\w+)\)/g))
    assert(names.includes(path), `the README points at ${path}, which is packed`);
  assert(!names.some((name) => /^(src|test|scripts)\//.test(name)), 'sources, tests and scripts stay out');
  assert(packed.size < 40_000_000, `tarball is ${packed.size} bytes`);

  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"name":"stranger","private":true}');
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(home, packed.filename)], {
    env: npmEnv,
  });
  const bin = join(project, 'node_modules', '.bin', 'thothctl');

  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  assert.match(run(bin, ['--version']), new RegExp(`^thothctl/${version.replaceAll('.', '\\.')} `));
  assert.match(run(bin, ['--help']), /bootstrap/);
  assert.match(run(bin, ['policy', 'push', '--help']), /USAGE/);
  assert.equal(JSON.parse(run(bin, ['context', 'list', '--json'])).data?.length ?? 0, 0);

  for (const entry of ENTRIES) {
    const names = JSON.parse(
      run(process.execPath, [
        '--input-type=module',
        '-e',
        `console.log(JSON.stringify(Object.keys(await import('${entry}'))))`,
      ]),
    );
    const required = JSON.parse(
      run(process.execPath, ['-e', `console.log(JSON.stringify(Object.keys(require('${entry}'))))`]),
    );
    const callable = names.filter((name) => name !== 'default' && name !== 'module.exports');
    assert(callable.length > 0, `${entry} exports something`);
    for (const name of callable)
      assert(required.includes(name), `${entry}: ${name} is there for CommonJS too`);
  }

  writeFileSync(
    join(project, 'use.ts'),
    [
      "import { instrument, ThothClient, ThothPolicyViolation } from 'thothctl';",
      "import { wrapAnthropicTools } from 'thothctl/anthropic';",
      "import { wrapOpenAITools } from 'thothctl/openai';",
      "import * as evidence from 'thothctl/evidence';",
      'export const all: readonly object[] = [instrument, ThothClient, ThothPolicyViolation, wrapAnthropicTools, wrapOpenAITools, evidence];',
    ].join('\n'),
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const compilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: false,
      target: 'es2022',
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      module,
      moduleResolution,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    run(process.execPath, [tsc, '-p', 'tsconfig.json']);
  }

  // The whole story, from the installed package: real server, real MCP server, real approval.
  const story = run(bin, ['quickstart'], { timeout: 120_000 });
  assert.match(story, /BLOCK/);
  assert.match(story, /verified/i);
  console.log(
    `tarball of ${packed.files.length} files, ${(packed.size / 1e6).toFixed(1)} MB: command line, library and story work`,
  );
} catch (error) {
  if (error?.stdout) console.error(String(error.stdout));
  if (error?.stderr) console.error(String(error.stderr));
  throw error;
} finally {
  rmSync(home, { recursive: true, force: true });
}
