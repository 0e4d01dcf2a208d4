import { arg, Flags, repeatable } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import { CLIENT_IDS } from './clients.js';
import type { Selection } from './targets.js';

export const targetArgs = {
  config: arg({
    description: 'configuration file; without one, those of --client, or of every client found here',
  }),
};

/** The selection as flags, for a command that may want another one beside them. */
export function targetFlagsWith(more: { dependsOn?: string[] }) {
  return {
    client: repeatable({
      description: 'client whose configuration is meant; repeatable',
      options: [...CLIENT_IDS],
      ...more,
    }),
    project: Flags.string({
      description: 'also the project files of those clients in this folder',
      helpValue: '<folder>',
      ...more,
    }),
  };
}

export const targetFlags = targetFlagsWith({});

export function configFiles({ config }: { readonly config?: string | undefined }): readonly string[] {
  return config === undefined ? [] : [config];
}

/** Settings of the proxy, as flags of `thothctl run`. */
export const runFlags = {
  'agent-id': Flags.string({
    description: 'agent that acts, for every server [default: the name of the server]',
    helpValue: '<id>',
  }),
  'user-id': Flags.string({ description: 'person it acts for', helpValue: '<id>' }),
  'api-url': Flags.string({ description: 'base URL of the enforcer', helpValue: '<url>' }),
  'api-key-file': Flags.string({
    description: 'file that holds an API key with permission execute',
    helpValue: '<file>',
  }),
  'enforcement-mode': Flags.string({
    description: 'what happens out of scope',
    options: ['observe', 'step_up', 'block', 'progressive', 'shadow'],
  }),
  'session-intent': Flags.string({ description: 'declared purpose of the sessions', helpValue: '<intent>' }),
  environment: Flags.string({ description: 'deployment environment', helpValue: '<name>' }),
  'approved-scope': Flags.string({ description: 'tools the servers may offer', helpValue: '<a,b>' }),
};

/** Flags of `run` that were given, `--tenant-id` and `--context` among them. */
export function givenRunFlags(flags: Readonly<Record<string, unknown>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of ['tenant-id', 'context', ...Object.keys(runFlags)]) {
    const value = flags[name];
    if (typeof value === 'string') given[name] = value;
  }
  return given;
}

/** The files named, or what the flags select. @throws ThothctlError `usage` for both */
export function selectionOf(
  files: readonly string[],
  flags: { readonly client?: readonly string[] | undefined; readonly project?: string | undefined },
): Selection {
  const clients = CLIENT_IDS.filter((id) => flags.client?.includes(id));
  if (files.length > 0 && (clients.length > 0 || flags.project !== undefined))
    throw usageError('A file and --client or --project contradict each other.', 'Give one of them.');
  return { files, clients, project: flags.project, env: process.env };
}
