import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../output/index.js';
import { originalOf, replaceWithBackup, restore } from './backup.js';
import { launchOf, stateOf } from './check.js';
import type { Change, ServerEntry } from './document.js';
import { dropEntry, keepEntry, keptEntry, keptFolder, remoteArguments } from './kept-entry.js';
import { readWrapped, sameLaunch, wrap, wrapRemote, type Wrapper } from './launch.js';
import type { FileReport, ServerReport } from './report.js';
import { readTargets, type Selection, type Target } from './targets.js';

/** An entry that becomes another. */
interface EntryChange {
  readonly entry: ServerEntry;
  readonly change: Change;
  /** Where an entry of a server reached by URL is kept while it is wrapped. */
  readonly folder: string;
}

/** What becomes of one file. `after` equals the present text when there is nothing to do. */
export interface FilePlan {
  readonly target: Target;
  readonly after: string;
  readonly servers: readonly ServerReport[];
  readonly changes: readonly EntryChange[];
  /** What the file would be without us, as far as that can be read from it. */
  readonly unwrapped: string;
}

/** What becomes of an entry; undefined when it stays as it is. */
type Rewrite = (entry: ServerEntry, folder: string) => Promise<Change | undefined>;

/** Every server of the selection under `thothctl run`. Nothing is written. */
export async function planWrap(selection: Selection, wrapper: Wrapper): Promise<FilePlan[]> {
  const rewrite: Rewrite = (entry, folder) => {
    const { name, remote } = entry;
    const launch = launchOf(entry);
    if (launch !== undefined) return Promise.resolve(wrap(name, launch, wrapper));
    const reachable = remote !== undefined && remote.obstacle === undefined;
    return Promise.resolve(
      reachable ? wrapRemote(name, remoteArguments(folder, remote), wrapper) : undefined,
    );
  };
  return planAll(selection, rewrite);
}

/** Every wrapped server of the selection as it was. Nothing is written. */
export async function planUnwrap(selection: Selection): Promise<FilePlan[]> {
  const plans: FilePlan[] = [];
  for (const plan of await planAll(selection, unwrapped)) {
    const { path, text } = plan.target;
    const original = plan.after === text ? undefined : await originalOf(path, text);
    plans.push(original === undefined ? plan : { ...plan, after: original });
  }
  return plans;
}

/** How a server is reached without us. */
async function unwrapped(entry: ServerEntry, folder: string): Promise<Change | undefined> {
  const launch = launchOf(entry);
  const wrapped = launch && readWrapped(launch);
  if (wrapped === undefined || wrapped.original !== undefined) return wrapped?.original;
  const [url = ''] = wrapped.flags.get('mcp-http') ?? [];
  const text = await keptEntry(folder);
  // What is kept may be of an entry that stood here before.
  return text !== undefined && (url.startsWith(`file:${folder}`) || text.includes(url))
    ? { text }
    : undefined;
}

async function planAll(selection: Selection, rewrite: Rewrite): Promise<FilePlan[]> {
  const plans: FilePlan[] = [];
  for (const target of await readTargets(selection)) plans.push(await planned(target, selection, rewrite));
  return plans;
}

async function planned(target: Target, { env }: Selection, rewrite: Rewrite): Promise<FilePlan> {
  const { path, text, document } = target;
  const changesBy = async (how: Rewrite): Promise<EntryChange[]> => {
    const changes: EntryChange[] = [];
    for (const entry of document.servers) {
      const folder = keptFolder(env, path, entry.place);
      const change = await how(entry, folder);
      const launch = launchOf(entry);
      const same = change !== undefined && launch && !('text' in change) && sameLaunch(launch, change);
      if (change !== undefined && same !== true) changes.push({ entry, change, folder });
    }
    return changes;
  };
  const textWith = (changes: readonly EntryChange[]): string =>
    changes.length === 0
      ? text
      : document.withChanges(new Map(changes.map(({ entry, change }) => [entry.place, change])));
  const changes = await changesBy(rewrite);
  return {
    target,
    after: textWith(changes),
    servers: document.servers.map((entry) => {
      const change = changes.find((each) => each.entry === entry)?.change;
      if (change === undefined) return stateOf(entry, launchOf(entry));
      return 'text' in change ? { name: entry.name, state: 'ungoverned' } : stateOf(entry, change);
    }),
    changes,
    unwrapped: textWith(await changesBy(unwrapped)),
  };
}

export async function applyWrap(
  plans: readonly FilePlan[],
  output: string | undefined,
): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const plan of plans) {
    const { target, after, changes } = plan;
    // First, so that no launch ever refers to what is not there.
    for (const { entry, folder } of changes)
      if (entry.remote !== undefined) await keepEntry(folder, entry.text, entry.remote);
    if (output !== undefined) {
      const changed = (await readFile(output, 'utf8').catch(() => undefined)) !== after;
      if (changed) await replaceFile(output, after, 0o600);
      reports.push({ ...reportOf(plan, changed), path: output });
    } else if (after === target.text) reports.push(reportOf(plan, false));
    else {
      const original = (await originalOf(target.path, target.text)) ?? plan.unwrapped;
      const backup = await replaceWithBackup(target.path, target.text, after, original);
      reports.push({ ...reportOf(plan, true), backup });
    }
  }
  return reports;
}

export async function applyUnwrap(plans: readonly FilePlan[]): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const plan of plans) {
    const changed = plan.after !== plan.target.text;
    if (changed) await restore(plan.target.path, plan.target.text, plan.after);
    for (const { change, folder } of plan.changes) if ('text' in change) await dropEntry(folder);
    reports.push(reportOf(plan, changed));
  }
  return reports;
}

export function reportOf({ target, servers }: FilePlan, changed: boolean): FileReport {
  return { path: target.path, client: target.client, changed, servers };
}
