/** Methods through which frameworks run a tool, sync and async spellings. Source: SDK behaviour 1.3. */
const NAMES = [
  'run',
  'invoke',
  'call',
  'execute',
  'func',
  '_call',
  '_run',
  'handler',
  'function',
  'callTool',
];

const ENTRY_POINTS: readonly string[] = [
  ...NAMES,
  ...NAMES.map((name) => `${name}Async`),
  'arun',
  'ainvoke',
  'acall',
  'aexecute',
  '_acall',
  '_arun',
];

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

export function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}

/** Entry points that exist on the object or its prototypes. A getter that throws is not one. */
export function entryPointsOf(tool: object): string[] {
  return ENTRY_POINTS.filter((name) => {
    try {
      return isFunction(Reflect.get(tool, name));
    } catch {
      return false;
    }
  });
}
