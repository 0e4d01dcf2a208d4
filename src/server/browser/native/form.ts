import type { JsonObject } from '../../tenants/json-documents.js';
import type { List, Switch } from './controls.js';

type PolicyMode = 'monitor' | 'enforce';

export interface CompiledIdentity {
  readonly policyId: string;
  readonly name: string;
  readonly mode: PolicyMode;
}

/** How a browser is told: its settings for each control, and the document it reads. A control without a setting has no entry. */
export interface NativeForm {
  readonly switches: Readonly<Partial<Record<Switch, JsonObject>>>;
  readonly lists: Readonly<Partial<Record<List, (entries: readonly string[]) => JsonObject>>>;
  /** Settings that only report, for policies in monitor mode. */
  readonly reports: Readonly<Partial<Record<Switch, JsonObject>>>;
  /** What names of the browser's own settings look like. */
  readonly nativeName: RegExp;
  readonly document: (settings: JsonObject, identity: CompiledIdentity) => JsonObject;
}
