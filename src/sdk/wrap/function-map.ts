import { ThothConfigError } from '../errors.js';
import type { Session } from '../session.js';
import { isFunction } from './entry-points.js';
import { wrapTool } from './tool.js';

/** A map from tool name to the function that runs it, as tool loops of model vendors keep it. */
export type FunctionMap = { readonly [name: string]: (...args: never[]) => unknown };

/** The same map with every function governed; a function that was sync becomes async. */
export type GovernedMap<Map extends FunctionMap> = {
  [Name in keyof Map]: (...args: Parameters<Map[Name]>) => Promise<Awaited<ReturnType<Map[Name]>>>;
};

export function wrapFunctionMap<Map extends FunctionMap>(map: Map, session: Session): GovernedMap<Map> {
  const governed = Object.entries(map).map(([name, fn]): [string, unknown] => {
    if (!isFunction(fn)) throw new ThothConfigError(`'${name}' in the tool map is not a function`);
    if (name.trim() === '') throw new ThothConfigError('a tool in the map has an empty name');
    return [name, wrapTool(fn, session, name)];
  });
  if (governed.length === 0) throw new ThothConfigError('no tool could be governed; the map is empty');
  return Object.fromEntries(governed) as GovernedMap<Map>;
}
