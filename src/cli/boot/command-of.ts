import { ThothCommand, type RunnableCommand } from '../command.js';

function isCommandClass(value: unknown): value is RunnableCommand {
  return typeof value === 'function' && value.prototype instanceof ThothCommand;
}

/** The command a module exports by default; files shared by the commands of a topic export none. */
export function commandOf(module: unknown): RunnableCommand | undefined {
  if (typeof module !== 'object' || module === null || !('default' in module)) return undefined;
  return isCommandClass(module.default) ? module.default : undefined;
}
