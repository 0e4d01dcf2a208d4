import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.js';

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly exit: number;
  /** Patterns, or the exact text, or '' for silence. */
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
  /** Must appear nowhere. */
  readonly never?: RegExp;
}

const VERSION_LINE = /^thothctl\/\d+\.\d+\.\d+ \w+-\w+ node-v\d+\.\d+\.\d+\n$/;

const CASES: readonly Case[] = [
  { name: '--version', args: ['--version'], exit: 0, stdout: VERSION_LINE, stderr: '' },
  { name: 'version', args: ['version'], exit: 0, stdout: VERSION_LINE, stderr: '' },
  {
    name: 'no arguments show the root help',
    args: [],
    exit: 0,
    stdout: /^Control plane of Thoth[\s\S]*TOPICS[\s\S]*COMMANDS/,
    stderr: '',
  },
  {
    name: 'help of a topic',
    args: ['context', '--help'],
    exit: 0,
    stdout: /context set[\s\S]*context use/,
    stderr: '',
  },
  {
    name: 'help of a command',
    args: ['context', 'use', '-h'],
    exit: 0,
    stdout: /USAGE[\s\S]*GLOBAL FLAGS[\s\S]*ENVIRONMENT[\s\S]*EXIT CODES/,
    stderr: '',
  },
  {
    name: 'the word help',
    args: ['help', 'context', 'use'],
    exit: 0,
    stdout: /thothctl context use NAME/,
    stderr: '',
  },
  {
    name: 'help of an unknown command',
    args: ['contxt', '--help'],
    exit: 2,
    stdout: '',
    stderr: /Unknown command: contxt\n\s+Next: Did you mean "thothctl context/,
  },
  {
    name: 'unknown command',
    args: ['setings', 'get'],
    exit: 2,
    stdout: '',
    stderr: /Unknown command: setings[\s\S]*settings get/,
  },
  {
    name: 'unknown verb of a topic',
    args: ['context', 'usr', 'x'],
    exit: 2,
    stdout: '',
    stderr: /Unknown command: context usr[\s\S]*context use/,
  },
  {
    name: 'unknown verb of a topic that lists',
    args: ['context', 'zzz'],
    exit: 2,
    stdout: '',
    stderr: /Unknown command: context zzz/,
  },
  {
    name: 'unknown command with --json',
    args: ['nope', '--json'],
    exit: 2,
    stdout: /^\{\n  "error": \{\n    "code": "usage"[\s\S]*"exit_code": 2[\s\S]*\}\n$/,
    stderr: '',
  },
  {
    name: 'unknown flag names the nearest',
    args: ['version', '--quite'],
    exit: 2,
    stdout: '',
    stderr: /Unknown flag: --quite[\s\S]*--quiet/,
  },
  {
    name: 'value of an unknown flag is not echoed',
    args: ['version', '--tokn=hunter2secret'],
    exit: 2,
    stderr: /Unknown flag: --tokn\n/,
    never: /hunter2secret/,
  },
  {
    name: 'value after a switch is not echoed',
    args: ['version', '--auth-token-stdin', 'hunter2secret'],
    exit: 2,
    stderr: /after --auth-token-stdin, which takes none/,
    never: /hunter2secret/,
  },
  {
    name: 'missing argument',
    args: ['context', 'use'],
    exit: 2,
    stdout: '',
    stderr: /Missing 1 required arg/,
  },
  {
    name: 'value of an option that is none of its choices',
    args: ['version', '--format', 'xml'],
    exit: 2,
    stdout: '',
    stderr: /one of: table, json, yaml, csv, ndjson/,
  },
  {
    name: 'integer flag with text',
    args: ['version', '--timeout-seconds', 'soon', '--json'],
    exit: 2,
    stdout: /"code": "usage"/,
    stderr: '',
  },
  {
    name: 'json and another format',
    args: ['version', '--json', '--format', 'yaml'],
    exit: 2,
    stdout: /contradict/,
  },
  { name: 'json', args: ['version', '--json'], exit: 0, stdout: /^\{\n  "name": "thothctl"/, stderr: '' },
  { name: 'yaml', args: ['version', '--format', 'yaml'], exit: 0, stdout: /^name: thothctl\n/, stderr: '' },
  {
    name: 'csv',
    args: ['version', '--format', 'csv'],
    exit: 0,
    stdout: /^name,version,platform,arch,node\r\nthothctl,/,
    stderr: '',
  },
  {
    name: 'ndjson',
    args: ['version', '--format', 'ndjson'],
    exit: 0,
    stdout: /^\{"name":"thothctl".*\}\n$/,
    stderr: '',
  },
  {
    name: 'query without a format prints the bare value',
    args: ['version', '--query', 'name'],
    exit: 0,
    stdout: 'thothctl\n',
    stderr: '',
  },
  {
    name: 'query as json',
    args: ['version', '--query', 'name', '--json'],
    exit: 0,
    stdout: '"thothctl"\n',
    stderr: '',
  },
  {
    name: 'query that finds nothing, as json',
    args: ['version', '--query', 'nope', '--json'],
    exit: 0,
    stdout: 'null\n',
    stderr: '',
  },
  {
    name: 'query that does not parse',
    args: ['version', '--query', '[', '--json'],
    exit: 2,
    stdout: /--query cannot be applied/,
    stderr: '',
  },
  {
    name: 'not found',
    args: ['context', 'show', 'nope', '--json'],
    exit: 6,
    stdout: /"code": "context_not_found"/,
    stderr: '',
  },
  {
    name: 'not found in text',
    args: ['context', 'show', 'nope'],
    exit: 6,
    stdout: '',
    stderr: /^Error: There is no context "nope"\.\n  Next: /,
  },
  { name: 'empty list in a pipe prints nothing', args: ['context', 'list'], exit: 0, stdout: '', stderr: '' },
  {
    name: 'empty list as json',
    args: ['context', 'list', '--json'],
    exit: 0,
    stdout: '{\n  "contexts": []\n}\n',
    stderr: '',
  },
  { name: 'a topic alone lists', args: ['context', '--json'], exit: 0, stdout: /"contexts"/, stderr: '' },
  {
    name: 'inline secret warns and is never shown',
    args: ['config', 'explain', '--tenant-id', 't', '--auth-token', 'inline-secret-1', '--json'],
    exit: 0,
    stdout: /"origin": "--auth-token"/,
    stderr: /^Warning: --auth-token on the command line/,
    never: /inline-secret-1/,
  },
  {
    name: 'secret from stdin',
    args: ['config', 'explain', '--tenant-id', 't', '--auth-token-stdin', '--json'],
    stdin: 'stdin-secret-1\n',
    exit: 0,
    stdout: /"credential"/,
    stderr: '',
    never: /stdin-secret-1/,
  },
  {
    name: 'a secret given twice',
    args: ['config', 'explain', '--auth-token', 'a-secret', '--auth-token-stdin', '--json'],
    stdin: 'x',
    exit: 2,
    stdout: /Give the secret once/,
    never: /a-secret/,
  },
  {
    name: 'two kinds of credential',
    args: ['settings', 'get', '--tenant-id', 't', '--json'],
    env: { THOTH_AUTH_TOKEN: 'token-secret', THOTH_ORG_API_KEY: 'key-secret' },
    exit: 2,
    stdout: /Two kinds of credential/,
    never: /token-secret|key-secret/,
  },
  {
    name: 'no credential',
    args: ['settings', 'get', '--tenant-id', 't', '--json'],
    exit: 4,
    stdout: /"code": "not_signed_in"/,
    stderr: '',
  },
  {
    name: 'nobody listens',
    args: ['settings', 'get', '--json'],
    env: { THOTH_TENANT_ID: 't', THOTH_AUTH_TOKEN: 'token-secret', THOTH_GOVAPI_URL: 'http://127.0.0.1:9' },
    exit: 9,
    stdout: /"exit_code": 9/,
    never: /token-secret/,
  },
  {
    name: 'plain http beyond loopback',
    args: ['settings', 'get', '--json'],
    env: { THOTH_TENANT_ID: 't', THOTH_AUTH_TOKEN: 'token-secret', THOTH_GOVAPI_URL: 'http://192.0.2.1' },
    exit: 2,
    stdout: /--insecure-http/,
  },
  {
    name: 'a prompt nobody can answer names the flag',
    args: ['context', 'delete', 'acme'],
    exit: 6,
    stdout: '',
    stderr: /no context "acme"/,
  },
  {
    name: 'output to a folder that is not there',
    args: ['version', '--output', 'no/such/dir/x.json', '--json'],
    exit: 2,
    stdout: /"code": "output_not_written"/,
    stderr: '',
  },
  {
    name: 'exit codes are described',
    args: ['capabilities', '--query', 'exit_codes[].code', '--json'],
    exit: 0,
    stdout: /130,\n  143\n\]\n$/,
    stderr: '',
  },
  {
    name: 'completion of an unknown shell',
    args: ['completion', 'csh'],
    exit: 2,
    stdout: '',
    stderr: /bash, zsh, fish, pwsh/,
  },
];

describe('the built command line', () => {
  it.each(CASES)('$name', async ({ args, env, stdin, exit, stdout, stderr, never }) => {
    const result = await runCli(args, { ...(env && { env }), ...(stdin !== undefined && { stdin }) });
    expect({ exit: result.exit, ...(result.exit === exit ? {} : result) }).toEqual({ exit });
    if (typeof stdout === 'string') expect(result.stdout).toBe(stdout);
    else if (stdout) expect(result.stdout).toMatch(stdout);
    if (typeof stderr === 'string') expect(result.stderr).toBe(stderr);
    else if (stderr) expect(result.stderr).toMatch(stderr);
    if (never) expect(result.stdout + result.stderr).not.toMatch(never);
    if (args.includes('--json')) expect(() => JSON.parse(result.stdout) as unknown).not.toThrow();
  });
});
