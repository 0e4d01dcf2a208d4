export { changeView } from './change-view.js';
export { readPatch } from './patch.js';
export { patchFlags } from './patch-flags.js';
export { diffSettings, updateSettings } from './update.js';
