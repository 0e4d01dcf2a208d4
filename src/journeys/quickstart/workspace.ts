import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assetFolder } from '../../chunk.js';

/** Folders of one story; everything the story makes lies below `root`. */
export interface Workspace {
  readonly root: string;
  readonly config: string;
  readonly data: string;
  /** What the agent may work on: two notes and a file with a secret. */
  readonly documents: string;
  /** The policy pushed: the shipped one, or the user's own. */
  readonly policy: string;
  remove(): Promise<void>;
}

export async function prepareWorkspace(ownPolicy: string | undefined): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'thothctl-quickstart-'));
  const folder = (name: string): string => join(root, name);
  await Promise.all(['config', 'data', 'documents'].map((name) => mkdir(folder(name), { mode: 0o700 })));
  await writeFile(join(folder('documents'), 'notes.txt'), 'Release on Thursday. Tell support first.\n');
  await writeFile(join(folder('documents'), 'credentials.env'), 'PAYMENTS_KEY=not-for-agents\n');
  await cp(ownPolicy ?? join(assetFolder(), 'journeys', 'quickstart', 'policy'), folder('policy'), {
    recursive: true,
  });
  return {
    root,
    config: folder('config'),
    data: folder('data'),
    documents: folder('documents'),
    policy: folder('policy'),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
