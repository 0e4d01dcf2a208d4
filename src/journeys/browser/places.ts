import { join } from 'node:path';
import { stateFolder } from '../state-folder.js';
import type { PolicyFolders } from './policy-files.js';

/** Where a browser looks for managed policy in a file. The others take it from an MDM, the registry or a console. */
const SYSTEM: Readonly<Record<string, Partial<PolicyFolders>>> = {
  linux: { chrome: '/etc/opt/chrome/policies/managed', firefox: '/etc/firefox/policies' },
  darwin: { firefox: '/Applications/Firefox.app/Contents/Resources/distribution' },
  win32: { firefox: 'C:\\Program Files\\Mozilla Firefox\\distribution' },
};

export function foldersIn(directory: string): PolicyFolders {
  return {
    chrome: join(directory, 'chrome'),
    firefox: join(directory, 'firefox'),
    safari: join(directory, 'safari'),
    island: join(directory, 'island'),
  };
}

/** A folder of the user's own: nothing is put in force unless that was asked for. */
export function defaultDirectory(tenantId: string): string {
  return join(stateFolder(), 'browser', encodeURIComponent(tenantId));
}

/** Where the browsers of this machine read, and the directory for those that read no file. */
export function systemFolders(
  directory: string,
  platform: NodeJS.Platform = process.platform,
): PolicyFolders {
  return { ...foldersIn(directory), ...SYSTEM[platform] };
}
