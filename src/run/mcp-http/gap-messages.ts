/** Names of the lists of a server, whose change a client hears of and acts on by reading them again. */
const LIST_CHANGE = /^notifications\/(?:tools|prompts|resources)\/list_changed$/;

export function isListChange(method: string): boolean {
  return LIST_CHANGE.test(method);
}

export function listChange(method: string): string {
  return JSON.stringify({ jsonrpc: '2.0', method });
}

/** Says in the log of a client, since the protocol has no other word for it, that it was away for too long. */
export function gapNotice(missing: number): string {
  const data = `${missing} ${missing === 1 ? 'message' : 'messages'} of the server came while the connection was broken and are no longer kept; read again what you rely on`;
  const params = { level: 'warning', logger: 'thothctl', data };
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params });
}
