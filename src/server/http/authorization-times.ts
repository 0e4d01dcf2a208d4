import type { AuthorizationTimes } from './control-context.js';

/** Weight of the newest sample: the mean follows about the last thousand authentications. */
const SMOOTHING = 0.001;

export function createAuthorizationTimes(): AuthorizationTimes {
  let mean = 0;
  let samples = 0;
  return {
    note(milliseconds) {
      samples += 1;
      mean += (milliseconds - mean) * Math.max(SMOOTHING, 1 / samples);
    },
    mean: () => mean,
  };
}
