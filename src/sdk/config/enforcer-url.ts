import { ThothConfigError } from '../errors.js';
import type { ThothLogger } from '../logger.js';
import { baseUrl, booleanVariable, firstPresent, isLoopback, type Environment } from './values.js';

const START =
  'start the local enforcer with `thothctl server start` and set THOTH_API_URL to the address it prints (http://127.0.0.1:4100 by default)';

/**
 * Base URL of the enforcer. Under `THOTH_MOCK_MODE` only one on this machine is taken: the mode asks for
 * decisions without the real control plane, and the SDK itself never decides.
 */
export function enforcerUrl(option: string | undefined, env: Environment, logger: ThothLogger): string {
  const text = firstPresent(option, env['THOTH_API_URL']);
  const mock = booleanVariable(env, 'THOTH_MOCK_MODE', logger) === true;
  if (text === undefined) {
    const how = mock ? `THOTH_MOCK_MODE is set; ${START}` : 'pass it or set THOTH_API_URL';
    throw new ThothConfigError(`apiUrl is missing; ${how}`);
  }
  const url = baseUrl(text, logger);
  const { hostname } = new URL(url);
  if (mock && !isLoopback(hostname)) {
    throw new ThothConfigError(`THOTH_MOCK_MODE is set but apiUrl names ${hostname}; ${START}`);
  }
  return url;
}
