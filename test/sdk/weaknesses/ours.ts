import { flush, getCurrentSession, instrument, shutdown, ThothClient } from '../../../src/sdk/index.js';
import type { Adapter } from './adapter.js';

export function ours(): Adapter {
  return {
    instrument: (agent, options, defaults) =>
      defaults === undefined
        ? instrument(agent, options)
        : new ThothClient(defaults).instrument(agent, options),
    flush: () => flush(10_000),
    close: () => shutdown(500),
    currentSession: getCurrentSession,
  };
}
