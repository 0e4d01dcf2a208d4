import { ThothCommand } from '../../cli/command.js';
import { contextDocument, contextRecord } from '../../cli/context-view.js';
import { arg, dryRunFlag, Flags, repeatable } from '../../cli/flags.js';
import { listContexts, saveSession, setContext, systemPorts, useContext } from '../../context/index.js';
import { usageError } from '../../errors/index.js';
import type { Result } from '../../output/index.js';

const REMOVABLE = ['govapi-url', 'apex-domain', 'enforce-url', 'credential'] as const;

export default class ContextSet extends ThothCommand<typeof ContextSet> {
  static override summary = 'Create or change a saved context';
  static override description =
    'Takes the tenant, addresses and credential from the global flags. Moving a context to another tenant or address drops its credential, because that was made for the old place.';
  static override examples = [
    '<%= config.bin %> context set acme --tenant-id acme --org-api-key-file key.txt --use',
    '<%= config.bin %> context set acme --unset govapi-url',
  ];
  static override args = { name: arg({ description: 'name of the context', required: true }) };
  static override flags = {
    ...dryRunFlag,
    'enforce-url': Flags.string({ description: 'base URL of the data plane', helpValue: '<url>' }),
    unset: repeatable({ description: 'setting to remove', options: REMOVABLE }),
    use: Flags.boolean({ description: 'also make it the current context' }),
  };

  protected override async execute(): Promise<Result> {
    const ports = systemPorts();
    const { name } = this.args;
    const patch = this.#patch();
    if (this.dryRun) return { data: { dry_run: true, name, change: patch, use: this.flags.use } };
    const before = await listContexts(ports);
    const known = before.some((context) => context.name === name);
    let context = await setContext(
      ports,
      name,
      patch,
      this.flags.use ? 'always' : known ? 'never' : 'if-none',
    );
    const credential = await this.#credential();
    if (credential) {
      context = await saveSession(
        ports,
        name,
        { tenant_id: context.tenant_id },
        { ...credential, expiresAt: null },
      );
      const current = before.find((other) => other.current);
      // Saving a credential selects its context; only --use may do that here.
      if (current && current.name !== name && !this.flags.use) {
        await useContext(ports, current.name);
        context = { ...context, current: false };
      }
    }
    return { data: contextDocument(context), view: contextRecord(context) };
  }

  #patch(): Parameters<typeof setContext>[2] {
    const { flags } = this;
    const removed = new Set(flags.unset ?? []);
    const pick = (flag: 'govapi-url' | 'apex-domain' | 'enforce-url') =>
      removed.has(flag) ? null : flags[flag];
    const govapi = pick('govapi-url');
    const apex = pick('apex-domain');
    const enforce = pick('enforce-url');
    return {
      ...(flags['tenant-id'] !== undefined && { tenant_id: flags['tenant-id'] }),
      ...(govapi !== undefined && { govapi_url: govapi }),
      ...(apex !== undefined && { apex_domain: apex }),
      ...(enforce !== undefined && { enforce_url: enforce }),
      ...(removed.has('credential') && { credential: null }),
    };
  }

  /** Only what was given for this call: a variable that happens to be set is not saved. */
  async #credential(): Promise<{ kind: 'bearer' | 'api_key'; secret: string } | undefined> {
    const token = await this.secretSource('auth-token');
    const key = await this.secretSource('org-api-key');
    const bearer = token?.origin === 'environment' ? undefined : token;
    const apiKey = key?.origin === 'environment' ? undefined : key;
    if (bearer && apiKey)
      throw usageError('A context holds one credential, not two.', 'Give a token or a key.');
    if (bearer) return { kind: 'bearer', secret: bearer.value };
    return apiKey && { kind: 'api_key', secret: apiKey.value };
  }
}
