export type { SettingsChange } from './document.js';
export { readPatch } from './patch.js';
export { diffSettings, updateSettings, type SettingsUpdate } from './update.js';
export { changeView } from './change-view.js';
export { patchFlags } from './patch-flags.js';
