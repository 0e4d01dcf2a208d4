export { explainSettings, resolveConnection, type Connection } from './connection.js';
export { type Context, type CredentialRef } from './contexts-file.js';
export {
  deleteContext,
  forgetSession,
  listContexts,
  saveSession,
  setContext,
  showContext,
  useContext,
  type ContextPatch,
  type NamedContext,
} from './contexts.js';
export { placeOf, storeCredential, type NewCredential } from './credential-store.js';
export { type ResolvedCredential } from './credential.js';
export { DEFAULT_APEX } from './host.js';
export { type Keyring } from './keyring.js';
export { contextPaths, type ContextPaths } from './paths.js';
export { systemPorts, type ContextPorts } from './ports.js';
export { resolveTarget, type ConnectionInputs, type Explanation, type Target } from './settings.js';
