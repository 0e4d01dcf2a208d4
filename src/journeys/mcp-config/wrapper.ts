import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contextPaths, type Env } from '../../context/paths.js';
import { usageError } from '../../errors/index.js';
import { replaceFile } from '../../output/index.js';
import type { Wrapper } from './launch.js';

export interface WrapperOptions {
  /** Program to start in place of each server; without it this very program, by absolute path. */
  readonly program: string | undefined;
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** `KEY=VALUE`, set for the server by `run`. */
  readonly environment: readonly string[];
  readonly inheritPath: boolean;
  readonly env: Env;
}

/**
 * Programs started from a desktop have no useful PATH and some agents strip the environment, so everything the proxy
 * needs stands in its arguments: absolute paths, settings as flags, the credential by the name of its file.
 */
export function makeWrapper(options: WrapperOptions): Wrapper {
  const script = process.argv[1];
  const self = script === undefined ? [process.execPath] : [process.execPath, script];
  const [command = 'thothctl', ...prefix] = options.program === undefined ? self : [options.program];
  const flags: [string, string][] = [];
  for (const [name, value] of Object.entries(options.flags))
    if (value !== undefined) flags.push([name, value]);
  for (const setting of options.environment) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*=/.test(setting))
      throw usageError(`--env ${JSON.stringify(setting)} is not KEY=VALUE`, 'write --env NAME=value');
    flags.push(['env', setting]);
  }
  const path = options.env['PATH'];
  if (options.inheritPath && path !== undefined) flags.push(['env', `PATH=${path}`]);
  return { command, prefix, flags };
}

/** Keeps a key given inline in a file of mode 0600, so that it never enters a client's configuration. */
export async function storeKey(key: string, env: Env): Promise<string> {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 12);
  const path = join(dirname(contextPaths(env).contextsFile), 'mcp-keys', `${name}.key`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, `${key}\n`, 0o600);
  return path;
}
