/** Tools that take data out, by the words of their names. */
export const OUTBOUND = ['*export*', '*upload*', '*send*', '*share*', '*publish*', '*post*'] as const;
