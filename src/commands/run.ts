import { ThothCommand } from '../cli/command.js';
import { Flags, repeatable } from '../cli/flags.js';
import { readSecretFile } from '../cli/secret.js';
import { ThothctlError, usageError } from '../errors/index.js';
import type { RunOptions } from '../run/index.js';
import type { McpHttpOptions } from '../run/mcp-http/index.js';

type Governance = RunOptions['governance'];

export default class Run extends ThothCommand<typeof Run> {
  static override summary = 'Run an agent or an MCP server with every tool call decided by policy first';
  static override description = `The command after -- gets its arguments exactly as typed. If it is an MCP server on stdio, each tools/call is decided before it sees it; everything else passes as the original bytes. If it holds a Thoth SDK, that SDK finds THOTH_API_URL and a key that work only for this run; the real credential never enters its environment.

Ends with the exit code of the command, or 128 plus the signal that ended it.`;
  static override examples = [
    '<%= config.bin %> run --agent-id files -- npx -y @modelcontextprotocol/server-filesystem .',
    '<%= config.bin %> run --agent-id support --approved-scope search,read -- node agent.js',
    '<%= config.bin %> run --agent-id files --api-key-file key --no-mcp -- python agent.py',
    '<%= config.bin %> run --agent-id crm --mcp-http https://mcp.example.com/mcp --header Authorization=file:token',
  ];
  static override takesCommand = true;
  static override onSignal = 'own' as const;
  static override exitCodes = ['runFailed', 'notExecutable', 'commandNotFound'] as const;
  static override variables = {
    THOTH_API_URL: 'base URL of the enforcer',
    THOTH_API_KEY: 'API key with permission execute',
    THOTH_API_KEY_FILE: 'file that holds that key',
    THOTH_AGENT_ID: 'agent that acts',
    THOTH_APPROVED_SCOPE: 'tools it may call, separated by commas',
    THOTH_ENFORCEMENT_MODE: 'observe, step_up, block or progressive',
    THOTH_FAIL_OPEN: 'a false word vetoes --fail-open',
  };
  static override flags = {
    'agent-id': Flags.string({ description: 'agent that acts [env: THOTH_AGENT_ID]', helpValue: '<id>' }),
    'user-id': Flags.string({
      description: 'person it acts for [env: THOTH_USER_ID; default: system]',
      helpValue: '<id>',
    }),
    'approved-scope': Flags.string({
      description:
        'tools it may call; without it the scope of the agent on the server applies [env: THOTH_APPROVED_SCOPE]',
      helpValue: '<a,b>',
    }),
    'enforcement-mode': Flags.string({
      description: 'what happens out of scope [env: THOTH_ENFORCEMENT_MODE; default: block]',
      options: ['observe', 'step_up', 'block', 'progressive', 'shadow'],
    }),
    'session-intent': Flags.string({
      description: 'declared purpose of the session [env: THOTH_SESSION_INTENT]',
      helpValue: '<intent>',
    }),
    'session-id': Flags.string({
      description: 'continue this session [default: a new one]',
      helpValue: '<id>',
    }),
    environment: Flags.string({
      description: 'deployment environment [env: THOTH_ENVIRONMENT; default: prod]',
      helpValue: '<name>',
    }),
    'fail-open': Flags.boolean({ description: 'let calls run while the enforcer cannot be reached' }),
    mcp: Flags.boolean({
      description: 'the command is an MCP server on stdio, or is not; told from the first message otherwise',
      allowNo: true,
    }),
    'older-server': Flags.boolean({
      description:
        'the MCP server speaks only revisions before 2026-07-28; understand a client of that one on stdio in its place',
      exclusive: ['listen'],
    }),
    'mcp-http': Flags.string({
      description:
        'stand before the remote MCP server at this URL, for a client on stdio; a command is then the agent. A URL that holds a key is given like a --secret',
      helpValue: '<url>',
    }),
    listen: Flags.string({
      description:
        'serve MCP over HTTP here [default before an agent or on a terminal: a free port of 127.0.0.1]',
      helpValue: '<host:port>',
    }),
    'listen-token': Flags.string({
      description:
        'token that callers of --listen send in the header Authorization, read like --secret [default with --header, --secret or a URL given like a --secret: one that is made and kept]',
      helpValue: '<reference>',
      dependsOn: ['listen'],
    }),
    header: repeatable({
      description:
        'NAME=REFERENCE: header of every request to the remote server, read like --secret; repeatable',
      helpValue: '<NAME=REFERENCE>',
    }),
    'allow-origin': repeatable({
      description: 'let pages of this origin call the endpoint; repeatable',
      helpValue: '<origin>',
    }),
    'allow-host': repeatable({
      description: 'name that the endpoint is reached by, beside localhost and addresses; repeatable',
      helpValue: '<name>',
    }),
    env: repeatable({
      description: 'KEY=VALUE set for the command, for clients that strip environments; repeatable',
      helpValue: '<KEY=VALUE>',
    }),
    secret: repeatable({
      description:
        'NAME=REFERENCE: variable of the command, read from env:NAME, file:PATH, op://vault/item/field or exec:PROGRAM; repeatable',
      helpValue: '<NAME=REFERENCE>',
    }),
    'all-tools': Flags.boolean({
      description: 'list also the tools that the approved scope keeps the agent from using',
    }),
    pins: Flags.boolean({
      description: 'keep a tool from use when its description changes',
      allowNo: true,
      default: true,
    }),
    'redact-secrets': Flags.boolean({
      description: 'take secrets of well-known forms out of what an MCP server sends',
    }),
    'redact-pattern': repeatable({
      description: 'NAME=PATTERN: take out what matches this regular expression too; repeatable',
      helpValue: '<NAME=PATTERN>',
    }),
    record: Flags.string({
      description: 'append one line of JSON for every decision to this file',
      helpValue: '<file>',
    }),
    'api-url': Flags.string({
      description: 'base URL of the enforcer [env: THOTH_API_URL; default: that of tenant and context]',
      helpValue: '<url>',
    }),
    'api-key-file': Flags.string({
      description:
        'file that holds an API key with permission execute [env: THOTH_API_KEY, THOTH_API_KEY_FILE]',
      helpValue: '<file>',
    }),
  };

  async execute(): Promise<void> {
    const { flags } = this;
    const options = await this.#options();
    const listen = flags.listen === undefined ? undefined : listenAddress(flags.listen);
    if (flags['mcp-http'] === undefined && listen === undefined) {
      const { runGoverned, summaryText } = await import('../run/index.js');
      const run = await runGoverned(options);
      return this.#end(run.code, summaryText(run.account, run.recorded));
    }
    if (flags['older-server'] && options.command.length > 0)
      throw usageError(
        '--older-server is for a client on stdio, and this command reaches the server over HTTP',
        'leave --older-server out, or start thothctl from the client without a command',
      );
    const { runMcpHttp, summaryText } = await import('../run/mcp-http/index.js');
    const run = await runMcpHttp({ ...options, ...(await this.#http()), listen });
    this.#end(run.code, summaryText(run.account, run.recorded));
  }

  #end(code: number, summary: string | undefined): void {
    if (summary !== undefined) this.out.notice(summary);
    this.exitWith(code);
  }

  async #options(): Promise<RunOptions> {
    const { flags } = this;
    const { pinsFolder } = await import('../journeys/mcp-pins/folder.js');
    const patterns = flags['redact-pattern'] ?? [];
    return {
      command: this.passthrough ?? [],
      governance: await this.#governance(),
      mcp: flags.mcp,
      serverIsOlder: flags['older-server'],
      environment: { ...settings(flags.env ?? []), ...(await secrets('--secret', flags.secret)) },
      filterTools: !flags['all-tools'],
      ...(flags.pins && { pinsFolder: pinsFolder() }),
      ...((flags['redact-secrets'] || patterns.length > 0) && {
        redaction: { knownForms: flags['redact-secrets'], patterns },
      }),
      record: flags.record,
    };
  }

  async #http(): Promise<Omit<McpHttpOptions, Exclude<keyof RunOptions, 'withheld'> | 'listen'>> {
    const { flags } = this;
    const at = flags['mcp-http'];
    const url = at === undefined ? undefined : await addressOf(at);
    const headers = await secrets('--header', flags.header, /^([\w!#$%&'*+.^`|~-]+)=([^]*)$/);
    return {
      ...(url !== undefined && { upstream: { url, headers } }),
      allowed: { origins: flags['allow-origin'] ?? [], hosts: flags['allow-host'] ?? [] },
      insecureHttp: flags['insecure-http'],
      proof: await this.#proof(),
      withheld: variablesIn([
        at ?? '',
        flags['listen-token'] ?? '',
        ...(flags.header ?? []).map((pair) => pair.replace(/^[^=]*=/, '')),
      ]),
      onListening: (address, tokenFile) => this.#listening(address, tokenFile, url !== undefined),
    };
  }

  /** Who may call has to be shown where callers use a credential or a secret of the run. */
  async #proof(): Promise<McpHttpOptions['proof']> {
    const { flags } = this;
    const reference = flags['listen-token'];
    const [{ isSecretReference, resolveSecretReference }, { listenTokensFolder }] = await Promise.all([
      import('../secret-reference/index.js'),
      import('../journeys/listen-tokens/folder.js'),
    ]);
    const lent =
      [flags.header, flags.secret].some((given = []) => given.length > 0) ||
      isSecretReference(flags['mcp-http'] ?? '');
    if (!lent && reference === undefined) return undefined;
    const folder = listenTokensFolder();
    if (reference === undefined) return { token: undefined, folder };
    const { givenToken } = await import('../run/mcp-http/index.js');
    const place = { folder: process.cwd(), env: process.env };
    return { token: givenToken(await resolveSecretReference(reference, place)), folder };
  }

  #listening(address: string, tokenFile: string | undefined, remote: boolean): void {
    // Standard output is the command's.
    if ((this.passthrough ?? []).length > 0 && remote) {
      this.out.notice(`MCP: ${address}`);
      if (tokenFile !== undefined)
        this.out.notice(`Callers other than the agent send the header Authorization as in ${tokenFile}`);
      return;
    }
    const fields = [
      { label: 'MCP', value: address, kind: 'id' as const },
      ...(tokenFile === undefined
        ? []
        : [{ label: 'Authorization', value: `as in ${tokenFile}`, kind: 'id' as const }]),
    ];
    const data = { url: address, ...(tokenFile !== undefined && { authorization_file: tokenFile }) };
    void this.out.result({ data, view: { kind: 'record', fields } });
  }

  async #governance(): Promise<Governance> {
    const { flags } = this;
    const [{ spoolFile }, reach] = await Promise.all([import('../run/spool-file.js'), this.#reach()]);
    return {
      ...reach,
      agentId: flags['agent-id'],
      userId: flags['user-id'],
      approvedScope: flags['approved-scope']
        ?.split(',')
        .map((tool) => tool.trim())
        .filter(Boolean),
      enforcement: flags['enforcement-mode'],
      sessionIntent: flags['session-intent'],
      sessionId: flags['session-id'],
      environment: flags.environment,
      // Absent, not false: the variable may still say yes.
      failOpen: flags['fail-open'] || undefined,
      events: { spoolFile: spoolFile(reach.apiUrl, reach.tenantId) },
    };
  }

  /** Enforcer, tenant and key. A context's credential goes to that context's enforcer and nowhere else. */
  async #reach(): Promise<{ apiUrl: string; tenantId: string; apiKey: string | undefined }> {
    const { flags } = this;
    const file = flags['api-key-file'];
    const key = file === undefined ? variable('THOTH_API_KEY') : await readSecretFile(file);
    const hasKey = key !== undefined || variable('THOTH_API_KEY_FILE') !== undefined;
    const apiUrl = flags['api-url'] ?? variable('THOTH_API_URL');
    const tenantId = flags['tenant-id'] ?? variable('THOTH_TENANT_ID');
    if (hasKey && apiUrl !== undefined && tenantId !== undefined) return { apiUrl, tenantId, apiKey: key };
    const connection = await this.connection(hasKey ? 'none' : 'optional');
    const at = apiUrl ?? connection.enforceUrl;
    const sameHost = new URL(at).origin === new URL(connection.enforceUrl).origin;
    const apiKey = hasKey ? key : sameHost ? connection.credential?.secret : undefined;
    if (!hasKey && apiKey === undefined) throw noKey(at);
    return { apiUrl: at, tenantId: connection.tenantId, apiKey };
  }
}

function noKey(apiUrl: string): ThothctlError {
  return new ThothctlError({
    code: 'no_api_key',
    message: `There is no API key for the enforcer at ${apiUrl}.`,
    exit: 'unauthenticated',
    fix: 'Make one with `thothctl api-keys create --permission execute`, then give --api-key-file or THOTH_API_KEY.',
  });
}

/** The values that `NAME=REFERENCE` pairs stand for, by name. */
async function secrets(
  flag: string,
  pairs: readonly string[] | undefined,
  form?: RegExp,
): Promise<Record<string, string>> {
  if (pairs === undefined || pairs.length === 0) return {};
  const { resolveSecretReference } = await import('../secret-reference/index.js');
  const place = { folder: process.cwd(), env: process.env };
  const resolved = Object.entries(settings(pairs, flag, form)).map(async ([name, reference]) => [
    name,
    await resolveSecretReference(reference, place),
  ]);
  return Object.fromEntries(await Promise.all(resolved));
}

/** Names of the variables among references. */
function variablesIn(references: readonly string[]): string[] {
  return references.flatMap((reference) => /^env:([^]+)$/.exec(reference)?.[1] ?? []);
}

/** An address may hold a key, so it may stand in a reference too. */
async function addressOf(text: string): Promise<string> {
  const { isSecretReference, resolveSecretReference } = await import('../secret-reference/index.js');
  if (!isSecretReference(text)) return text;
  return resolveSecretReference(text, { folder: process.cwd(), env: process.env });
}

function listenAddress(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw usageError(
      `--listen ${JSON.stringify(text)} is not HOST:PORT.`,
      'For example --listen 127.0.0.1:0 for a free port.',
    );
  }
  return { host: bracketed ?? (plain || '127.0.0.1'), port: Number(port) };
}

/** `KEY=VALUE` pairs. THOTH_* belong to the run: they are what a flag of its own sets. */
function settings(
  pairs: readonly string[],
  flag = '--env',
  form = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name, value] = form.exec(pair) ?? [];
    if (name === undefined || value === undefined || /^THOTH(CTL)?_/i.test(name))
      throw usageError(
        `${flag} ${JSON.stringify(pair)} is not NAME=VALUE, or names a THOTH_ variable.`,
        `Write ${flag} NAME=value.`,
      );
    found[name] = value;
  }
  return found;
}

function variable(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
}
