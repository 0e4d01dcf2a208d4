import type { Env } from '../../context/paths.js';
import type { ClientId } from '../mcp-config/clients.js';

/** All that Codex hands to a server of its own accord. */
const CODEX = ['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER'] as const;
/** Names that Gemini CLI takes for secrets and keeps to itself. */
const SECRET = /TOKEN|SECRET|PASSWORD|PASSWD|KEY|AUTH|CREDENTIAL|CREDS|PRIVATE|CERT/i;

/** What a client gives to the servers it starts: most hand on everything, some hardly anything. */
export function environmentOf(
  client: ClientId | 'file',
  env: Env,
  own: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const handedOn = Object.entries(env).filter((pair): pair is [string, string] => {
    const [name, value] = pair;
    if (value === undefined) return false;
    if (client === 'codex') return CODEX.some((known) => known === name);
    return client !== 'gemini' || !SECRET.test(name);
  });
  return { ...Object.fromEntries(handedOn), ...own };
}
