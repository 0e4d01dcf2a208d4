import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../output/index.js';
import { originalOf, replaceWithBackup, restore } from './backup.js';
import type { Launch, ServerEntry } from './document.js';
import { readWrapped, sameLaunch, wrap, type Wrapper } from './launch.js';
import type { FileReport, ServerReport } from './report.js';
import { readTargets, type Selection, type Target } from './targets.js';

/** What becomes of one file. `after` equals the present text when there is nothing to do. */
export interface FilePlan {
  readonly target: Target;
  readonly after: string;
  readonly servers: readonly ServerReport[];
  /** The launches that change, for a difference somebody can read. */
  readonly launches: readonly { readonly name: string; readonly before: Launch; readonly after: Launch }[];
}

/** Every stdio server of the selection under `thothctl run`. Nothing is written. */
export async function planWrap(selection: Selection, wrapper: Wrapper): Promise<FilePlan[]> {
  return (await readTargets(selection)).map((target) =>
    planned(target, (entry, launch) => wrap(entry.name, launch, wrapper)),
  );
}

/** Every wrapped server of the selection as it was. Nothing is written. */
export async function planUnwrap(selection: Selection): Promise<FilePlan[]> {
  const plans: FilePlan[] = [];
  for (const target of await readTargets(selection)) {
    const plan = planned(target, unwrapped);
    const original = plan.after === target.text ? undefined : await originalOf(target.path, target.text);
    plans.push(original === undefined ? plan : { ...plan, after: original });
  }
  return plans;
}

/** How a server is started without us. */
function unwrapped(_entry: ServerEntry, launch: Launch): Launch {
  return readWrapped(launch)?.original ?? launch;
}

function planned(target: Target, change: (entry: ServerEntry, launch: Launch) => Launch): FilePlan {
  const launches = new Map<string, Launch>();
  const changed: { name: string; before: Launch; after: Launch }[] = [];
  for (const entry of target.document.servers) {
    const before = launchOf(entry);
    const after = before === undefined ? undefined : change(entry, before);
    if (before === undefined || after === undefined || sameLaunch(before, after)) continue;
    launches.set(entry.name, after);
    changed.push({ name: entry.name, before, after });
  }
  return {
    target,
    after: changed.length === 0 ? target.text : target.document.withLaunches(launches),
    servers: target.document.servers.map((entry) => stateOf(entry, launches.get(entry.name))),
    launches: changed,
  };
}

function launchOf({ command, args }: ServerEntry): Launch | undefined {
  return command === undefined ? undefined : { command, args };
}

/** State of a server once `after` is how it is started. */
function stateOf(entry: ServerEntry, after: Launch | undefined): ServerReport {
  const launch = after ?? launchOf(entry);
  if (launch === undefined)
    return { name: entry.name, state: 'remote', detail: 'reached by URL, there is no command to wrap' };
  return { name: entry.name, state: readWrapped(launch) === undefined ? 'ungoverned' : 'governed' };
}

export async function applyWrap(
  plans: readonly FilePlan[],
  output: string | undefined,
): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const plan of plans) {
    const { target, after } = plan;
    if (output !== undefined) {
      const changed = (await readFile(output, 'utf8').catch(() => undefined)) !== after;
      if (changed) await replaceFile(output, after, 0o600);
      reports.push({ ...reportOf(plan, changed), path: output });
    } else if (after === target.text) reports.push(reportOf(plan, false));
    else {
      const original = (await originalOf(target.path, target.text)) ?? unwrappedText(target);
      const backup = await replaceWithBackup(target.path, target.text, after, original);
      reports.push({ ...reportOf(plan, true), backup });
    }
  }
  return reports;
}

/** What the file would be without us: the original, if it was never wrapped. */
function unwrappedText(target: Target): string {
  return planned(target, unwrapped).after;
}

export async function applyUnwrap(plans: readonly FilePlan[]): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const plan of plans) {
    const changed = plan.after !== plan.target.text;
    if (changed) await restore(plan.target.path, plan.target.text, plan.after);
    reports.push(reportOf(plan, changed));
  }
  return reports;
}

export function reportOf({ target, servers }: FilePlan, changed: boolean): FileReport {
  return { path: target.path, client: target.client, changed, servers };
}
