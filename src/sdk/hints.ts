import type { HttpReply } from './transport/transport.js';

/** What to do about a refused request: sends people to the key or the proxy instead of to the network. */
export function hintFor(reply: HttpReply): string {
  const html = /html/i.test(reply.contentType);
  if (reply.status === 401 || (reply.status === 403 && !html)) {
    return "the API key is unknown, expired or lacks permission 'execute'; make one with: thothctl api-keys create";
  }
  if (reply.status === 403) return 'a proxy or firewall in front of the enforcer answered, not the enforcer';
  if (reply.status === 404) return 'apiUrl does not point at an enforcer';
  return 'see the log of the enforcer';
}
