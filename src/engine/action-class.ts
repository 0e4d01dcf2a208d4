import { LruMap } from './lru-map.js';
import type { ActionClass } from './types.js';

/** Most consequential first: a name with tokens of two classes belongs to the earlier one. */
const TOKENS: readonly (readonly [ActionClass, ReadonlySet<string>])[] = [
  [
    'payment',
    new Set([
      'pay',
      'payment',
      'payments',
      'payout',
      'transfer',
      'wire',
      'refund',
      'charge',
      'invoice',
      'purchase',
      'buy',
      'withdraw',
      'checkout',
      'donate',
      'remit',
    ]),
  ],
  [
    'delete',
    new Set([
      'delete',
      'remove',
      'drop',
      'destroy',
      'purge',
      'erase',
      'truncate',
      'wipe',
      'unlink',
      'rm',
      'revoke',
      'terminate',
      'kill',
      'uninstall',
      'cancel',
    ]),
  ],
  [
    'execute',
    new Set([
      'execute',
      'exec',
      'run',
      'shell',
      'bash',
      'command',
      'eval',
      'spawn',
      'invoke',
      'deploy',
      'install',
      'restart',
      'launch',
      'script',
      'terminal',
      'sudo',
      'ssh',
      'python',
      'powershell',
      'trigger',
    ]),
  ],
  [
    'write',
    new Set([
      'write',
      'create',
      'update',
      'insert',
      'edit',
      'set',
      'put',
      'post',
      'patch',
      'add',
      'append',
      'save',
      'upload',
      'send',
      'modify',
      'move',
      'rename',
      'copy',
      'publish',
      'merge',
      'commit',
      'push',
      'import',
      'export',
      'assign',
      'grant',
      'reply',
      'submit',
      'mkdir',
      'upsert',
      'email',
      'replace',
      'schedule',
      'approve',
      'enable',
      'disable',
      'change',
      'configure',
      'reset',
      'register',
      'close',
      'open',
    ]),
  ],
];

/** Classes found: an agent calls the same few tools, and each decision asks twice. */
const found = new LruMap<string, ActionClass>(4096);
const LONGEST_NAME = 512;

/**
 * Class of a tool by the words of its name (`wire_transfer`, `deleteUser`, `fs.write-file`). A name without a
 * telling word is a read: unknown tools are stopped by scope, not by guessing that they are dangerous.
 */
export function classifyTool(toolName: string): ActionClass {
  const name = toolName.slice(0, LONGEST_NAME);
  let actionClass = found.get(name);
  if (actionClass === undefined) found.set(name, (actionClass = classOfWords(wordsOf(name))));
  return actionClass;
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

function classOfWords(words: readonly string[]): ActionClass {
  for (const [actionClass, tokens] of TOKENS) if (words.some((word) => tokens.has(word))) return actionClass;
  return 'read';
}

const CLASSES: ReadonlySet<string> = new Set<ActionClass>(['read', 'write', 'delete', 'execute', 'payment']);

export function isActionClass(value: unknown): value is ActionClass {
  return typeof value === 'string' && CLASSES.has(value);
}
