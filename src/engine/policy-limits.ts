/** What one policy may be and cost, the same for who writes it and for the server that takes it. */

/** Text of one policy, in bytes. */
export const POLICY_LIMIT_BYTES = 1024 * 1024;

/** Time to check one policy, in milliseconds. */
export const CHECK_LIMIT_MS = 15_000;
