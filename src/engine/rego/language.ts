/** Decision rules looked for in the package of a module. */
export const ENTRY_RULES = ['allow', 'deny', 'step_up', 'defer', 'modify', 'flag', 'waive'] as const;
export type EntryRule = (typeof ENTRY_RULES)[number];

/** Built-ins `@open-policy-agent/opa-wasm` implements in JavaScript, besides those compiled into the policy. */
export const HOST_BUILTINS = [
  'sprintf',
  'json.is_valid',
  'regex.split',
  'yaml.is_valid',
  'yaml.marshal',
  'yaml.unmarshal',
];

/**
 * Refused by name. The compiler refuses whatever OPA itself marks as non-deterministic; these are listed so
 * that an OPA release which forgets one of them changes nothing here.
 */
export const REFUSED_BUILTINS = [
  'http.send',
  'net.lookup_ip_addr',
  'opa.runtime',
  'rand.intn',
  'time.now_ns',
  'uuid.rfc4122',
  'io.jwt.decode_verify',
  'rego.parse_module',
  'trace',
];

/** What to write instead, by refused built-in. */
export const INSTEAD: Readonly<Record<string, string>> = {
  'time.now_ns': 'use input.context.time, input.context.hour_utc or input.context.weekday_utc',
  'http.send': 'put the facts into the policy, or send them as policy context with the call',
  'opa.runtime': 'use input.context.environment',
};
