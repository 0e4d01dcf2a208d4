import type { PolicyFault } from '../fault.js';
import { githubAnnotation, located, markdownTable } from '../report-forms.js';
import type { LintReport } from './report.js';

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export function lintSummary(report: LintReport): string {
  const { checked, errors, warnings } = report;
  return `${counted(checked, 'file')} checked: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`;
}

/** Forms for pipelines. Paths are as seen from where `given`, the directory or file, was named. */
export function lintForms(report: LintReport, given: string): Readonly<Record<string, () => string>> {
  const faults = report.diagnostics.map((fault) => ({ ...fault, file: located(given, fault.file) }));
  return {
    sarif: () => `${JSON.stringify(sarif(faults), null, 2)}\n`,
    github: () => faults.map((fault) => githubAnnotation(fault.severity, fault.message, fault)).join(''),
    markdown: () =>
      `### Policy lint: ${report.errors > 0 ? 'failed' : 'passed'}\n\n${lintSummary(report)}\n${
        faults.length === 0
          ? ''
          : `\n${markdownTable(
              ['', 'Place', 'Finding', 'Remedy'],
              faults.map((fault) => [
                fault.severity,
                `\`${fault.file}:${fault.line}\``,
                `${fault.message} (\`${fault.code}\`)`,
                fault.fix ?? '',
              ]),
            )}`
      }`,
  };
}

/** SARIF 2.1.0 (OASIS), as code-scanning services read it. */
function sarif(faults: readonly PolicyFault[]): object {
  const rules = [...new Set(faults.map((fault) => fault.code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'thothctl policy lint', rules: rules.map((id) => ({ id })) } },
        columnKind: 'unicodeCodePoints',
        results: faults.map((fault) => ({
          ruleId: fault.code,
          ruleIndex: rules.indexOf(fault.code),
          level: fault.severity,
          message: { text: fault.fix === undefined ? fault.message : `${fault.message}\n${fault.fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(fault.file) },
                region: {
                  startLine: fault.line,
                  startColumn: fault.column,
                  ...(fault.excerpt === undefined ? {} : { snippet: { text: fault.excerpt } }),
                },
              },
            },
          ],
        })),
      },
    ],
  };
}
