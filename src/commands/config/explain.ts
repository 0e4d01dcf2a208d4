import { ThothCommand } from '../../cli/command.js';
import { explainSettings, systemPorts } from '../../context/index.js';
import type { Result } from '../../output/index.js';

export default class ConfigExplain extends ThothCommand<typeof ConfigExplain> {
  static override summary = 'Say for every setting where its value comes from';
  static override description =
    'Flag beats environment, environment beats context, context beats default. Secrets are never shown, only their kind and place.';

  protected override async execute(): Promise<Result> {
    const { explanations, problem } = await explainSettings(await this.connectionInputs(), systemPorts());
    if (problem)
      this.out.warn(problem.fix === undefined ? problem.message : `${problem.message} ${problem.fix}`);
    return {
      data: {
        settings: explanations,
        ...(problem && { problem: { code: problem.code, message: problem.message } }),
      },
      view: {
        kind: 'table',
        columns: [
          { key: 'setting', header: 'SETTING', kind: 'id' },
          { key: 'value', header: 'VALUE', kind: 'id' },
          { key: 'source', header: 'FROM' },
          { key: 'origin', header: 'ORIGIN', kind: 'id' },
          { key: 'shadowed', header: 'ALSO GIVEN, NOT USED' },
        ],
        rows: explanations.map((explanation) => ({ ...explanation })),
      },
    };
  }
}
