import { ThothCommand } from '../../cli/command.js';
import { Flags, repeatable } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import { verifyDelivery } from '../../journeys/webhooks/index.js';
import type { Result } from '../../output/port.js';

export default class WebhooksVerify extends ThothCommand<typeof WebhooksVerify> {
  static override summary = 'Check the signature of a received delivery; exit 10 when it is not valid';
  static override description =
    'The body comes on stdin or from a file, byte for byte as it arrived, and the two headers with --header.';
  static override examples = [
    "<%= config.bin %> webhooks verify --secret-file webhook.secret --header 'X-Thoth-Timestamp: 1790000000' --header 'X-Thoth-Signature: sha256=…' < body.json",
  ];
  static override exitCodes = ['checkFailed'] as const;
  static override flags = {
    'secret-file': Flags.string({ description: 'file that holds the signing secret', helpValue: '<file>' }),
    'secret-stdin': Flags.boolean({
      description: 'read the signing secret from stdin',
      dependsOn: ['body-file'],
    }),
    header: repeatable({ description: 'header as received, repeatable', helpValue: "'<name>: <value>'" }),
    'body-file': Flags.string({
      description: 'file with the body, instead of stdin',
      helpValue: '<file>',
    }),
    'tolerance-seconds': Flags.integer({
      description: 'how old a valid delivery may be',
      default: 300,
      min: 0,
    }),
  };
  static override variables = { THOTH_WEBHOOK_SECRET: 'the signing secret' };

  async execute(): Promise<Result> {
    const secret = (await this.secret('secret')) ?? (await this.secret('webhook-secret'));
    if (secret === undefined) {
      throw usageError('The signing secret is missing.', 'give --secret-file or set THOTH_WEBHOOK_SECRET');
    }
    const data = await verifyDelivery(
      {
        headers: this.flags.header ?? [],
        bodyFile: this.flags['body-file'],
        secret,
        toleranceSeconds: this.flags['tolerance-seconds'],
      },
      Date.now(),
    );
    return { data, exit: data.verified ? 'ok' : 'checkFailed' };
  }
}
