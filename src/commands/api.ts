import { ThothCommand } from '../cli/command.js';
import { arg, dryRunFlag, Flags, repeatable } from '../cli/flags.js';
import { usageError } from '../errors/index.js';
import { fullPath, rawCall, rawPages, readBody, readQuery } from '../journeys/raw-call/index.js';
import type { Result } from '../output/port.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

export default class Api extends ThothCommand<typeof Api> {
  static override summary = 'Send one request to the control plane and show the answer';
  static override description =
    'A path without a leading slash is below /{tenantId}/thoth/; {tenantId} is filled in. A failing status is an error with its usual exit code. DELETE asks first; --yes answers. HEAD shows the status and the headers.';
  static override examples = [
    '<%= config.bin %> api GET violations --param limit=5',
    '<%= config.bin %> api GET /{tenantId}/thoth/governance/feed --paginate',
    "echo '{}' | <%= config.bin %> api POST policies/sync --input -",
  ];
  static override args = {
    method: arg({ description: METHODS.join(', '), required: true }),
    path: arg({ description: 'path on the control plane', required: true }),
  };
  static override flags = {
    ...dryRunFlag,
    input: Flags.string({ description: 'JSON body: a file, or - for stdin', helpValue: '<file|->' }),
    param: repeatable({ description: 'query parameter, repeatable', helpValue: '<name=value>' }),
    paginate: Flags.boolean({ description: 'fetch every page of a list and join them' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const method = this.#method();
    const reads = method === 'GET' || method === 'HEAD';
    if (reads && flags.input !== undefined)
      throw usageError(`${method} sends no body`, 'give query parameters with --param name=value');
    const api = await this.api();
    const call = {
      method,
      path: fullPath(this.args.path, api.tenantId),
      query: readQuery(flags.param ?? []),
      body: flags.input === undefined ? undefined : await readBody(flags.input),
      signal: this.signal,
    };
    if (this.dryRun && !reads) {
      const { signal: _signal, ...request } = call;
      return { data: { dry_run: true, base_url: api.baseUrl, ...request } };
    }
    if (method === 'DELETE') await this.confirm(`Delete ${call.path}?`);
    const answer = flags.paginate ? await rawPages(api, call) : await rawCall(api, call);
    return { data: typeof answer === 'object' && answer !== null ? answer : { text: answer } };
  }

  #method(): string {
    const method = this.args.method.toUpperCase();
    if (METHODS.includes(method)) return method;
    throw usageError(
      `there is no method ${JSON.stringify(this.args.method)}`,
      `use one of ${METHODS.join(', ')}`,
    );
  }
}
