import { ThothCommand } from '../../../cli/command.js';
import { dryRunFlag, Flags } from '../../../cli/flags.js';
import {
  BROWSERS,
  defined,
  ENROLLMENT_STATUSES,
  jsonObject,
  upsertEnrollment,
} from '../../../journeys/browser/index.js';
import type { Result } from '../../../output/port.js';

export default class BrowserEnrollmentsUpsert extends ThothCommand<typeof BrowserEnrollmentsUpsert> {
  static override summary = 'Create or change a browser enrollment; what is not named stays';
  static override examples = [
    '<%= config.bin %> browser enrollments upsert --provider chrome --user-id ana@example.com --device-id mac-7 --status active',
  ];
  static override flags = {
    ...dryRunFlag,
    provider: Flags.option({ options: BROWSERS, description: 'browser', required: true })(),
    'user-id': Flags.string({ description: 'user of the browser', required: true }),
    'device-id': Flags.string({ description: 'device it runs on', required: true }),
    'enrollment-id': Flags.string({ description: 'stable id; generated without it' }),
    'browser-profile': Flags.string({ description: 'profile id' }),
    status: Flags.option({ options: ENROLLMENT_STATUSES, description: 'state of the enrollment' })(),
    'last-seen-at': Flags.string({ description: 'last activity (RFC 3339), kept as written' }),
    metadata: Flags.string({ description: 'free metadata, JSON or @file', helpValue: '<json|@file>' }),
    'metadata-file': Flags.string({ description: 'file with the metadata', helpValue: '<file>' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const given = {
      provider: flags.provider,
      user_id: flags['user-id'],
      device_id: flags['device-id'],
      ...defined({
        enrollment_id: flags['enrollment-id'],
        browser_profile: flags['browser-profile'],
        status: flags.status,
        last_seen_at: flags['last-seen-at'],
        metadata: await jsonObject('metadata', flags.metadata, flags['metadata-file']),
      }),
    };
    const options = { dryRun: this.dryRun, signal: this.signal };
    return { data: await upsertEnrollment(await this.api(), given, options) };
  }
}
