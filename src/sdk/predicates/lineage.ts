import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { binaryName } from './rules.js';

/** One ancestor of this process, nearest first. Commands stay on this machine. */
export interface Ancestor {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
}

const MAX_ANCESTORS = 64;

/** Walks from the parent to the root of the process tree. Stops, without error, where it may not look. */
export function readAncestors(start: number = process.ppid): readonly Ancestor[] {
  const ancestors: Ancestor[] = [];
  let pid = start;
  while (pid > 0 && ancestors.length < MAX_ANCESTORS) {
    const found = process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
    if (found === undefined) break;
    ancestors.push({ pid, name: found.name, command: found.command });
    pid = found.parent;
  }
  return ancestors;
}

interface Found {
  readonly parent: number;
  readonly name: string;
  readonly command: string;
}

function fromProc(pid: number): Found | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    // The name is in parentheses and may itself hold parentheses and spaces.
    const close = stat.lastIndexOf(')');
    const parent = Number(stat.slice(close + 2).split(' ')[1]);
    return { parent, name: stat.slice(stat.indexOf('(') + 1, close), command };
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): Found | undefined {
  const result = spawnSync('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' });
  const match = /^\s*(\d+)\s+(.*)$/m.exec(result.stdout ?? '');
  if (match === null) return undefined;
  const command = match[2] ?? '';
  return { parent: Number(match[1]), name: binaryName(command.split(' ')[0] ?? ''), command };
}

/** Hash over ancestor names only, nearest first: recognises a lineage without telling its commands. */
export function ancestorHash(ancestors: readonly Ancestor[]): string {
  return createHash('sha256')
    .update(JSON.stringify(ancestors.map(({ name }) => name)))
    .digest('hex');
}
