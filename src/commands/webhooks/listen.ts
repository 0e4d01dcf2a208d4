import { ThothCommand } from '../../cli/command.js';
import { Flags } from '../../cli/flags.js';
import { startListener } from '../../journeys/webhooks/index.js';

export default class WebhooksListen extends ThothCommand<typeof WebhooksListen> {
  static override summary = 'Receive deliveries on this machine, verify and show them';
  static override description =
    'Answers 204 to a valid delivery and 401 to a wrongly signed one. With --forward-to a valid delivery is passed on byte for byte, and the answer is passed back. A control plane delivers to this machine only when it was started with --allow-private-delivery.';
  static override examples = [
    '<%= config.bin %> webhooks listen --port 8787 --secret-file webhook.secret',
    '<%= config.bin %> webhooks listen --port 0 --forward-to http://127.0.0.1:3000/hook --json',
  ];
  static override onSignal = 'finish' as const;
  static override flags = {
    host: Flags.string({ description: 'address to listen on', default: '127.0.0.1' }),
    port: Flags.integer({
      description: 'port to listen on, 0 for a free one',
      default: 8787,
      min: 0,
      max: 65_535,
    }),
    'secret-file': Flags.string({ description: 'file that holds the signing secret', helpValue: '<file>' }),
    'secret-stdin': Flags.boolean({ description: 'read the signing secret from stdin' }),
    'forward-to': Flags.string({ description: 'pass valid deliveries on', helpValue: '<url>' }),
  };
  static override variables = { THOTH_WEBHOOK_SECRET: 'the signing secret' };

  async execute(): Promise<void> {
    const secret = (await this.secret('secret')) ?? (await this.secret('webhook-secret'));
    const rows = this.out.stream([
      { key: 'received_at', header: 'RECEIVED', kind: 'time' },
      { key: 'verified', header: 'VERIFIED', kind: 'state' },
      { key: 'event_type', header: 'EVENT' },
      { key: 'delivery_id', header: 'DELIVERY', kind: 'id' },
      { key: 'attempt', header: 'ATTEMPT', kind: 'number' },
      { key: 'answered', header: 'ANSWERED', kind: 'number' },
    ]);
    const listener = await startListener({
      host: this.flags.host,
      port: this.flags.port,
      secret,
      forwardTo: this.flags['forward-to'],
      onDelivery: (row) => rows.write(row),
      signal: this.signal,
    });
    this.out.notice(`Listening on ${listener.url}; Ctrl-C stops.`);
    if (secret === undefined) this.out.notice('No secret was given: nothing is verified.');
    await listener.stopped;
    this.endStream();
  }
}
