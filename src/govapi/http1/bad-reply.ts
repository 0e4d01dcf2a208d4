/** What a peer says is no HTTP reply. The code tells it from faults of the network. */
export function badReply(place: string): Error {
  return Object.assign(new Error(`${place} cannot be read`), { code: 'ERR_INVALID_HTTP' });
}

/** The peer left in the middle of a reply. */
export function cutOff(): Error {
  return Object.assign(new Error('the connection was closed before the reply was complete'), {
    code: 'ECONNRESET',
  });
}
