import { githubAnnotation, markdownTable, xmlText } from '../report-forms.js';
import type { TestReport, TestResult } from './run.js';

export const TEST_COLUMNS = [
  { key: 'result', header: 'RESULT', kind: 'state' },
  { key: 'name', header: 'TEST' },
  { key: 'tool', header: 'TOOL', kind: 'id' },
  { key: 'decision', header: 'DECISION', kind: 'state' },
  { key: 'rules', header: 'RULE', kind: 'id' },
  { key: 'detail', header: 'DETAIL' },
] as const;

export function testRows(report: TestReport): Record<string, string>[] {
  return report.results.map((each) => ({
    result: each.passed ? 'passed' : 'failed',
    name: each.name,
    tool: each.tool,
    decision: each.decision,
    rules: each.matched_rule_ids.join(' '),
    detail: each.passed ? '' : `${each.differences.join('; ')} (${each.path}:${each.line})`,
  }));
}

export function testSummary({ passed, failed, coverage }: TestReport): string {
  return `${passed} passed, ${failed} failed; ${coverage.covered} of ${coverage.rules} rules decided in a test`;
}

/** Forms for pipelines. */
export function testForms(report: TestReport): Readonly<Record<string, () => string>> {
  return {
    junit: () => junit(report),
    github: () =>
      report.results
        .filter(({ passed }) => !passed)
        .map((each) =>
          githubAnnotation('error', `${each.name}: ${each.differences.join('; ')}`, {
            file: each.path,
            line: each.line,
            column: each.column,
          }),
        )
        .join(''),
    markdown: () =>
      `### Policy tests: ${report.failed > 0 ? 'failed' : 'passed'}\n\n${testSummary(report)}\n\n${markdownTable(
        ['', 'Test', 'Decision', 'Rule', 'Detail'],
        testRows(report).map((row) => [
          row['result'] ?? '',
          row['name'] ?? '',
          row['decision'] ?? '',
          row['rules'] ?? '',
          row['detail'] ?? '',
        ]),
      )}${report.coverage.uncovered.length === 0 ? '' : `\nNever decided: ${report.coverage.uncovered.map((rule) => `\`${rule}\``).join(', ')}\n`}`,
  };
}

function junit(report: TestReport): string {
  const files = new Map<string, TestResult[]>();
  for (const each of report.results) files.set(each.path, [...(files.get(each.path) ?? []), each]);
  const suites = [...files].map(
    ([file, results]) =>
      `  <testsuite name="${xmlText(file)}" tests="${results.length}" failures="${results.filter(({ passed }) => !passed).length}">\n${results.map(testCase).join('')}  </testsuite>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="thothctl policy test" tests="${report.results.length}" failures="${report.failed}">\n${suites.join('')}</testsuites>\n`;
}

function testCase(result: TestResult): string {
  const head = `    <testcase name="${xmlText(result.name)}" classname="${xmlText(result.path)}" file="${xmlText(result.path)}" line="${result.line}" time="${(result.duration_ms / 1000).toFixed(3)}"`;
  if (result.passed) return `${head}/>\n`;
  return `${head}>\n      <failure message="${xmlText(result.differences.join('; '))}">${xmlText(`${result.path}:${result.line}: ${result.reason}`)}</failure>\n    </testcase>\n`;
}
