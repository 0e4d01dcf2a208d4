import { ThothCommand } from '../../../cli/command.js';
import { dryRunFlag, Flags, repeatable } from '../../../cli/flags.js';
import { POLICY_MODES, upsertBundle } from '../../../policy/index.js';
import type { Result } from '../../../output/port.js';

/** Existing scripts write the language in either case. */
const frameworkFlag = Flags.custom<'OPA' | 'CEDAR'>({
  description: 'policy language',
  options: ['OPA', 'CEDAR', 'opa', 'cedar'],
  helpValue: '<OPA|CEDAR>',
  parse: (input) => Promise.resolve(input.toUpperCase() === 'OPA' ? 'OPA' : 'CEDAR'),
});

export default class PolicyBundlesUpsert extends ThothCommand<typeof PolicyBundlesUpsert> {
  static override summary = 'Create the next version of one policy bundle';
  static override description =
    'A policy that does not compile is refused; in observe mode it is stored with a warning and cannot be enforced.';
  static override examples = [
    '<%= config.bin %> governance policy-bundles upsert --name dlp --framework OPA --raw-policy-file dlp.rego --assignment all --enforcement-mode enforce',
    '<%= config.bin %> governance policy-bundles upsert --name dlp --framework OPA --s3-uri s3://policies/dlp.rego --s3-version-id v7 --expected-hash sha256:…',
  ];
  static override flags = {
    ...dryRunFlag,
    name: Flags.string({ description: 'bundle name; a known name gets its next version', required: true }),
    framework: frameworkFlag(),
    'raw-policy-file': Flags.string({ description: 'local policy file', helpValue: '<file>' }),
    's3-uri': Flags.string({
      description: 'object the control plane fetches',
      helpValue: '<s3://bucket/key>',
    }),
    's3-version-id': Flags.string({ description: 'pins the object version' }),
    'source-uri': Flags.string({ description: 'file:// or s3:// locator the control plane fetches' }),
    'expected-hash': Flags.string({ description: 'SHA-256 the content must have, bare or with sha256:' }),
    assignment: repeatable({ description: '`all`, `agent:<id>` or `<id>`; repeatable, all by default' }),
    'enforcement-mode': Flags.option({ options: POLICY_MODES, description: 'binding or watched' })(),
    status: Flags.option({
      options: ['active', 'staged', 'paused', 'disabled'] as const,
      description: 'whether the bundle is loaded',
    })(),
    description: Flags.string({ description: 'free text' }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const data = await upsertBundle(
      await this.api(),
      {
        name: flags.name,
        framework: flags.framework,
        rawPolicyFile: flags['raw-policy-file'],
        sourceUri: flags['source-uri'],
        s3Uri: flags['s3-uri'],
        s3VersionId: flags['s3-version-id'],
        expectedHash: flags['expected-hash'],
        assignments: flags.assignment ?? [],
        mode: flags['enforcement-mode'],
        status: flags.status,
        description: flags.description,
      },
      { dryRun: this.dryRun, warn: (text) => this.out.warn(text), signal: this.signal },
    );
    return { data };
  }
}
