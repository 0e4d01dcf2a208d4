import { isJsonObject } from '../../json/object.js';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import type { OperationOutput } from '../../contract/index.js';
import { ThothctlError } from '../../errors/index.js';
import { propertyList } from './plist.js';

export type BrowserPolicy = OperationOutput<'listBrowserPolicies'>['data'][number];
export type Browser = BrowserPolicy['provider'];

export interface PolicyFile {
  readonly provider: Browser;
  /** Ids of the policies in it. */
  readonly policies: readonly string[];
  readonly path: string;
  readonly content: string;
}

/** Folder per browser. */
export type PolicyFolders = Readonly<Record<Browser, string>>;

/** The files that put the policies in force. Firefox reads one file, every other browser one per policy. */
export function policyFiles(policies: readonly BrowserPolicy[], folders: PolicyFolders): PolicyFile[] {
  const firefox = policies.filter(({ provider }) => provider === 'firefox');
  const single = policies
    .filter(({ provider }) => provider !== 'firefox')
    .map((policy): PolicyFile => {
      const { provider, policy_id: id, compiled_policy: compiled } = policy;
      const profile = provider === 'safari';
      return {
        provider,
        policies: [id],
        path: join(folders[provider], `${fileName(id)}.${profile ? 'mobileconfig' : 'json'}`),
        content: profile ? propertyList(compiled) : json(compiled),
      };
    });
  if (firefox.length === 0) return single;
  return [
    ...single,
    {
      provider: 'firefox',
      policies: firefox.map(({ policy_id: id }) => id),
      path: join(folders.firefox, 'policies.json'),
      content: json(joined(firefox)),
    },
  ];
}

/** Ids come from the control plane: whatever they hold, the file stays in its folder. */
function fileName(id: string): string {
  const plain = /^[\w.@-]{1,120}$/.test(id);
  return `thoth-${plain ? id : createHash('sha256').update(id).digest('hex')}`;
}

function json(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

type JsonObject = Record<string, unknown>;

/** Policies of one browser as one document: objects merge, lists join. Which of two other values holds is not ours to say. */
function joined(policies: readonly BrowserPolicy[]): JsonObject {
  let whole: JsonObject = {};
  for (const { policy_id: id, compiled_policy: compiled } of policies)
    whole = laidOver(whole, compiled, id, []);
  return whole;
}

function laidOver(under: JsonObject, over: JsonObject, id: string, path: readonly string[]): JsonObject {
  const members = new Map(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    const known = members.get(name);
    if (known === undefined) members.set(name, value);
    else if (isJsonObject(known) && isJsonObject(value)) {
      members.set(name, laidOver(known, value, id, [...path, name]));
    } else if (Array.isArray(known) && Array.isArray(value)) {
      members.set(name, [...new Set([...known, ...value])]);
    } else if (!isDeepStrictEqual(known, value)) throw contradiction(id, [...path, name]);
  }
  return Object.fromEntries(members);
}

function contradiction(id: string, path: readonly string[]): ThothctlError {
  return new ThothctlError({
    code: 'browser_policies_contradict',
    message: `the Firefox policy ${id} sets ${path.join('.')} differently from another active policy, and Firefox reads only one file`,
    exit: 'conflict',
    fix: 'make the policies agree, or deactivate one with `thothctl browser policies upsert --active false`',
  });
}
