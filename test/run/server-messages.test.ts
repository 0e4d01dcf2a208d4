import { describe, expect, it } from 'vitest';
import { Account } from '../../src/run/account/account.js';
import { governanceOf, stdioServer } from '../../src/run/mcp/governance.js';
import { ServerView } from '../../src/run/mcp/server-view.js';
import { ParameterMarks } from '../../src/run/mcp-http/parameter-marks.js';
import { ServerMessages } from '../../src/run/mcp-http/server-messages.js';
import { ThothClient } from '../../src/sdk/index.js';
import { configFor } from '../sdk/governed-tool.js';

const KEY = `AKIA${'Q7'.repeat(8)}`;

/** What a client gets of a message when secrets are taken out and only `search` is approved. */
function viewOf(message: string): string {
  const session = new ThothClient(configFor({ url: 'http://127.0.0.1:9' })).startSession();
  const redaction = { knownForms: true, patterns: [] };
  const governance = governanceOf(
    { command: ['server'], governance: {}, redaction },
    session,
    new Account(session.sessionId, undefined),
    stdioServer(['server']),
  );
  const messages = new ServerMessages(new ServerView(governance), new ParameterMarks());
  return messages.judge(Buffer.from(message)).view.toString('utf8');
}

describe('a message of a server that dresses up', () => {
  it.each([
    ['behind a byte order mark', `\ufeff{"id":1,"result":{"content":[{"text":"${KEY}"}]}}`],
    ['as a list of tools', `{"id":1,"result.tools":[],"result":{"content":[{"text":"${KEY}"}]}}`],
    ['as a list in nothing', `{"id":1,"":{"result":{"tools":[]}},"result":{"content":[{"text":"${KEY}"}]}}`],
  ])('%s keeps no secret', (_how, message) => {
    expect(viewOf(message)).not.toContain(KEY);
  });

  it.each([
    ['behind a byte order mark', '\ufeff{"id":1,"result":{"tools":[{"name":"erase"}]}}'],
    ['with another list beside it', '{"id":1,"result":{"tools":[{"name":"erase"}]},"result.tools":[]}'],
    ['with another list in nothing', '{"id":1,"result":{"tools":[{"name":"erase"}]},"":{"tools":[]}}'],
  ])('%s keeps no tool out of reach', (_how, message) => {
    expect(viewOf(message)).not.toContain('erase');
  });
});
