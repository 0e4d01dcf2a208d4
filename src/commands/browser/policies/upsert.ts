import { ThothCommand } from '../../../cli/command.js';
import { booleanValue, dryRunFlag, Flags } from '../../../cli/flags.js';
import {
  BROWSERS,
  defined,
  jsonObject,
  POLICY_MODES,
  upsertPolicy,
} from '../../../journeys/browser/index.js';
import type { Result } from '../../../output/port.js';

export default class BrowserPoliciesUpsert extends ThothCommand<typeof BrowserPoliciesUpsert> {
  static override summary = 'Create or change a browser policy; what is not named stays';
  static override description =
    'A policy is known by its id, or without one by browser and name. The reply holds what the browser reads, and names controls it cannot keep.';
  static override examples = [
    '<%= config.bin %> browser policies upsert --provider chrome --name Guardrails --policy-file guardrails.json --enforcement-mode monitor',
    `<%= config.bin %> browser policies upsert --provider firefox --name Guardrails --policy '{"block_uploads":true}'`,
    '<%= config.bin %> browser policies upsert --provider chrome --name Guardrails --active false',
  ];
  static override flags = {
    ...dryRunFlag,
    provider: Flags.option({ options: BROWSERS, description: 'browser', required: true })(),
    name: Flags.string({ description: 'display name', required: true }),
    'policy-id': Flags.string({ description: 'stable id; generated without it' }),
    policy: Flags.string({ description: 'policy document, JSON or @file', helpValue: '<json|@file>' }),
    'policy-file': Flags.string({ description: 'file with the policy document', helpValue: '<file>' }),
    'enforcement-mode': Flags.option({ options: POLICY_MODES, description: 'policy mode' })(),
    active: booleanValue({ description: 'activation switch' }),
    'policy-version': Flags.integer({ description: 'explicit version; counted without it', min: 1 }),
    metadata: Flags.string({ description: 'free metadata, JSON or @file', helpValue: '<json|@file>' }),
    'metadata-file': Flags.string({ description: 'file with the metadata', helpValue: '<file>' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const given = {
      provider: flags.provider,
      name: flags.name,
      ...defined({
        policy_id: flags['policy-id'],
        policy: await jsonObject('policy', flags.policy, flags['policy-file']),
        enforcement_mode: flags['enforcement-mode'],
        active: flags.active,
        version: flags['policy-version'],
        metadata: await jsonObject('metadata', flags.metadata, flags['metadata-file']),
      }),
    };
    const options = { dryRun: this.dryRun, signal: this.signal };
    return { data: await upsertPolicy(await this.api(), given, options) };
  }
}
