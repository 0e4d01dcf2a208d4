import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ContextPorts } from '../../src/context/index.js';
import type { Keyring } from '../../src/context/keyring.js';
import { contextPaths } from '../../src/context/paths.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  folders.push(folder);
  return folder;
}

/** The keyring of the operating system cannot be had in a test: this one keeps secrets in memory, or refuses. */
export function memoryKeyring(works: boolean): Keyring & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    write: async (account, secret) => {
      if (works) kept.set(account, secret);
      return works;
    },
    read: async (account) => kept.get(account),
    remove: async (account) => {
      kept.delete(account);
    },
  };
}

export function ports(
  env: Record<string, string> = {},
  folder = freshFolder(),
  keyring = memoryKeyring(false),
): ContextPorts & { readonly folder: string } {
  const all = { HOME: folder, THOTHCTL_CONFIG_DIR: join(folder, 'config'), ...env };
  return {
    env: all,
    paths: contextPaths(all, 'linux'),
    keyring,
    now: () => Date.parse('2026-03-02T09:00:00Z'),
    folder,
  };
}

/** The same folder seen with other variables. */
export function withEnv(base: ContextPorts & { readonly folder: string }, env: Record<string, string>) {
  return { ...ports(env, base.folder), keyring: base.keyring };
}
