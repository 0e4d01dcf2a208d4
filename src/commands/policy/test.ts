import { ThothCommand } from '../../cli/command.js';
import { arg, Flags, ownFormats, repeatable } from '../../cli/flags.js';
import {
  PolicyWatch,
  TEST_COLUMNS,
  testForms,
  testPolicy,
  testRows,
  testSummary,
  type TestReport,
} from '../../policy/index.js';
import type { Result } from '../../output/port.js';

export default class PolicyTest extends ThothCommand<typeof PolicyTest> {
  static override summary = 'Run the tests of a policy directory, without a connection';
  static override description =
    'A test is a call and the decision it must get, in a file that ends in .test.yaml. Exit 10 when one fails; the rules no test reaches are named.';
  static override examples = [
    '<%= config.bin %> policy test policies/',
    '<%= config.bin %> policy test policies/ --format junit --output policy-tests.xml',
  ];
  static override exitCodes = ['checkFailed'] as const;
  static override args = { path: arg({ description: 'directory of the policies', required: true }) };
  static override flags = {
    tests: repeatable({
      description: 'test file or folder, instead of those in the directory; may be repeated',
    }),
    'min-coverage': Flags.integer({
      description: 'share of the rules that must decide in a test, in percent',
      min: 0,
      max: 100,
      helpValue: '<percent>',
    }),
    watch: Flags.boolean({ description: 'run again whenever a file changes, until interrupted' }),
    ...ownFormats('junit', 'github', 'markdown'),
  };

  async execute(): Promise<Result | undefined> {
    const report = this.flags.watch ? await this.#watch() : await this.#run();
    if (report === undefined) return undefined;
    this.out.notice(testSummary(report));
    for (const rule of report.coverage.uncovered) this.out.notice(`no test reaches ${rule}`);
    const { covered, rules } = report.coverage;
    const thin = rules > 0 && (100 * covered) / rules < (this.flags['min-coverage'] ?? 0);
    if (thin) this.out.warn(`fewer than ${this.flags['min-coverage']} % of the rules are tested`);
    return {
      data: report,
      view: { kind: 'table', columns: TEST_COLUMNS, rows: testRows(report) },
      forms: testForms(report),
      ...((report.failed > 0 || thin) && { exit: 'checkFailed' as const }),
    };
  }

  /** The last report that could be made. Changes during a run are seen after it. */
  async #watch(): Promise<TestReport | undefined> {
    const watch = new PolicyWatch([this.args.path, ...(this.flags.tests ?? [])]);
    try {
      let report = await this.#attempt();
      for await (const file of watch.bursts(this.signal)) {
        this.out.notice(`${file} changed`);
        report = (await this.#attempt()) ?? report;
      }
      return report;
    } finally {
      watch.close();
    }
  }

  /** A directory is broken now and then while it is worked on: that is said, and the watch goes on. */
  async #attempt(): Promise<TestReport | undefined> {
    try {
      const report = await this.#run();
      for (const { passed, name, differences } of report.results)
        if (!passed) this.out.notice(`failed: ${name}: ${differences.join('; ')}`);
      this.out.notice(testSummary(report));
      return report;
    } catch (cause) {
      if (this.signal.aborted) throw cause;
      this.out.warn(cause instanceof Error ? cause.message : 'the tests could not be run');
      return undefined;
    }
  }

  #run(): Promise<TestReport> {
    return testPolicy(this.args.path, this.flags.tests ?? [], this.signal);
  }
}
