import type { ControlContext } from '../control-context.js';
import type { Route } from '../port.js';
import { settingsRoutes } from './settings.js';

/** Every family of routes. A family registers here and nowhere else; operations without a route answer 404. */
export const routeFamilies: readonly ((context: ControlContext) => Route[])[] = [settingsRoutes];
