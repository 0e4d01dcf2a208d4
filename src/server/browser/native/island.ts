import type { JsonObject } from '../../tenants/json-documents.js';
import { SWITCHES } from './controls.js';
import type { NativeForm } from './form.js';

function actions(verdict: 'block' | 'report'): NativeForm['switches'] {
  return Object.fromEntries(
    SWITCHES.map((control): [string, JsonObject] => [
      control,
      { actions: { [control.replace(/^block_/, '')]: verdict } },
    ]),
  );
}

/** Island's policies live in its console and have no published file form: this is a rule to enter there, in its terms. */
export const island: NativeForm = {
  switches: actions('block'),
  lists: {
    blocked_urls: (urls) => ({ destinations: { blocked: urls } }),
    allowed_urls: (urls) => ({ destinations: { allowed: urls } }),
    blocked_extensions: (ids) => ({ extensions: { blocked: ids } }),
    allowed_extensions: (ids) => ({ extensions: { allowed: ids } }),
    required_extensions: (ids) => ({ extensions: { required: ids } }),
  },
  reports: actions('report'),
  nativeName: /^[A-Z]/,
  document: (settings, { name, mode }) => ({ rule: { name, mode, ...settings } }),
};
