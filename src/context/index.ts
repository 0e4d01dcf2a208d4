export { explainSettings, resolveConnection, type Connection } from './connection.js';
export {
  deleteContext,
  forgetSession,
  listContexts,
  saveSession,
  setContext,
  showContext,
  useContext,
  type NamedContext,
} from './contexts.js';
export { placeOf } from './credential-store.js';
export { systemPorts, type ContextPorts } from './ports.js';
export { type ConnectionInputs, type Explanation } from './settings.js';
