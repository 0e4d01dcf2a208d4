/** The largest message that either side may send. Each is kept until it is whole, because only then it can be judged. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
