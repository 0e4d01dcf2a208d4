import type { HttpReply } from './transport/transport.js';

const MAKE_ONE =
  'make one with: thothctl api-keys create --agent-id AGENT --permission execute --key-file FILE';

/** What to do about a refused request: sends people to the key or the proxy instead of to the network. */
export function hintFor(reply: HttpReply): string {
  const html = /html/i.test(reply.contentType);
  if (reply.status === 401) return `the API key is unknown, expired or revoked; ${MAKE_ONE}`;
  if (reply.status === 403 && !html) {
    return `the API key is another agent's or lacks permission 'execute'; ${MAKE_ONE}`;
  }
  if (reply.status === 403) return 'a proxy or firewall in front of the enforcer answered, not the enforcer';
  if (reply.status === 404) return 'apiUrl does not point at an enforcer';
  return 'see the log of the enforcer';
}
