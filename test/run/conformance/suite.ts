import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChecks, type Check } from './checks.js';

/** What npx may need to fetch a suite; taken before anything else is started without it. */
const authorities = process.env['NODE_EXTRA_CA_CERTS'];
const NETWORK = authorities === undefined ? {} : { NODE_EXTRA_CA_CERTS: authorities };

/** A version of the official conformance suite, and how it is started. */
export interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  readonly flags: readonly string[];
}

/** Runs on every Node that we run on; knows the older protocol alone. */
export const STABLE: Suite = {
  name: 'suite 0.1.13, older protocol',
  command: [
    process.execPath,
    createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js'),
  ],
  flags: [],
};

/** Needs Node 22, which comes with it. */
function withNode22(revision: string): Suite {
  const packages = ['node@22', '@modelcontextprotocol/conformance@0.2.0-alpha.12'];
  return {
    name: `suite 0.2.0-alpha.12, ${revision}`,
    // npx installs for the Node that runs npx; which Node runs the suite is what `-p` says.
    command: [
      'npx',
      '-y',
      '--engine-strict=false',
      ...packages.flatMap((name) => ['-p', name]),
      '--',
      'conformance',
    ],
    flags: ['--requirements', revision],
  };
}

export const SUITES: readonly Suite[] = [STABLE, withNode22('2025-11-25'), withNode22('2026-07-28')];

/** Runs a suite against a server and returns every check that it made. */
export async function runSuite({ command, flags, name }: Suite, url: string): Promise<Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    const [program = '', ...args] = [...command, 'server', '--url', url, '--output-dir', folder, ...flags];
    const env = { ...process.env, ...NETWORK };
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    await once(child, 'close');
    const checks = readChecks(folder);
    if (checks.length === 0)
      throw new Error(`${name} made no check: ${Buffer.concat(said).toString('utf8')}`);
    return checks;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
