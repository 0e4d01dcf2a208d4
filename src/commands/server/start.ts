import { ThothCommand } from '../../cli/command.js';
import { Flags } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import { startLocalServer } from '../../journeys/local-server/index.js';

export default class ServerStart extends ThothCommand<typeof ServerStart> {
  static override summary = 'Run a complete control plane on this machine, in the foreground';
  static override description =
    'The first start creates the tenant, an admin token in a file of mode 0600 and the context `local`, so that the next command needs no flag. SIGTERM or Ctrl-C stops it cleanly.';
  static override examples = [
    '<%= config.bin %> server start',
    '<%= config.bin %> server start --port 0 --data ./thoth-data --ready-file ready.json',
  ];
  /** Stopping is how this command ends. */
  static override onSignal = 'finish' as const;
  static override flags = {
    host: Flags.string({ description: 'address to listen on', default: '127.0.0.1' }),
    port: Flags.integer({
      description: 'port to listen on, 0 for a free one',
      default: 4100,
      min: 0,
      max: 65_535,
    }),
    data: Flags.string({ description: 'data directory', helpValue: '<dir>' }),
    'ready-file': Flags.string({
      description: 'file written once requests are answered',
      helpValue: '<file>',
    }),
    seed: Flags.string({ description: 'YAML or JSON applied at the first start', helpValue: '<file>' }),
    'tls-cert': Flags.string({
      description: 'certificate chain, PEM',
      helpValue: '<file>',
      dependsOn: ['tls-key'],
    }),
    'tls-key': Flags.string({
      description: 'private key, PEM',
      helpValue: '<file>',
      dependsOn: ['tls-cert'],
    }),
    'allow-private-delivery': Flags.boolean({
      description: 'let webhooks and other deliveries reach private and loopback addresses',
    }),
    'policy-sources': Flags.string({
      description: 'folder that file:// bundle sources may name',
      helpValue: '<dir>',
    }),
    'hold-seconds': Flags.integer({ description: 'life of a step-up hold', min: 1 }),
    'policy-input-days': Flags.integer({
      description: 'days the redacted policy input of a decision is kept',
      min: 0,
    }),
    'critical-approvers': Flags.integer({
      description: 'different people who must approve a call of the critical tier',
      min: 1,
      max: 2,
    }),
    'no-context': Flags.boolean({ description: 'leave the contexts of the user alone' }),
  };

  async execute(): Promise<void> {
    const { flags } = this;
    const cert = flags['tls-cert'];
    const key = flags['tls-key'];
    if ((cert === undefined) !== (key === undefined))
      throw usageError('--tls-cert and --tls-key belong together');
    const server = await startLocalServer({
      host: flags.host,
      port: flags.port,
      readyFile: flags['ready-file'],
      writeContext: !flags['no-context'],
      insecureHttp: flags['insecure-http'],
      allowPrivateDelivery: flags['allow-private-delivery'],
      version: this.config.version,
      onFault: (requestId, error) =>
        this.out.warn(
          `request ${requestId} failed: ${error instanceof Error ? error.message : 'unknown error'}`,
        ),
      ...(flags.data !== undefined && { dataDir: flags.data }),
      ...(flags['tenant-id'] !== undefined && { tenantId: flags['tenant-id'] }),
      ...(flags.seed !== undefined && { seedFile: flags.seed }),
      ...(cert !== undefined && key !== undefined && { tls: { certFile: cert, keyFile: key } }),
      ...(flags['policy-sources'] !== undefined && { policySourceDir: flags['policy-sources'] }),
      ...(flags['hold-seconds'] !== undefined && { holdSeconds: flags['hold-seconds'] }),
      ...(flags['policy-input-days'] !== undefined && {
        policyInputRetentionDays: flags['policy-input-days'],
      }),
      ...(flags['critical-approvers'] !== undefined && {
        criticalApprovers: flags['critical-approvers'] === 2 ? 2 : 1,
      }),
    });
    await this.out.result({
      data: server.facts,
      view: {
        kind: 'record',
        fields: [
          { label: 'Control plane', value: server.facts.url, kind: 'id' },
          { label: 'Tenant', value: server.facts.tenant_id, kind: 'id' },
          { label: 'Admin token', value: server.facts.admin_token_file, kind: 'id' },
          { label: 'Data', value: server.facts.data_dir, kind: 'id' },
          {
            label: 'Next',
            value: 'thothctl bootstrap --compliance-profile soc2   (Ctrl-C stops the server)',
          },
        ],
      },
    });
    if (server.remark !== undefined) this.out.notice(server.remark);
    await server.untilStopped(this.signal);
    this.out.notice('The control plane has stopped.');
  }
}
