// Writes the members of the report as outputs of the step and a table into the summary of the job.
import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { GITHUB_OUTPUT, GITHUB_STEP_SUMMARY } = process.env;

if (GITHUB_OUTPUT) {
  const outputs = {
    violations: JSON.stringify(report.violations),
    shadow_report: JSON.stringify(report.shadow_report),
    pass_fail: report.pass_fail,
  };
  for (const [name, value] of Object.entries(outputs)) {
    // A delimiter nobody can guess: a value cannot end itself and begin another output.
    const end = `end-${randomUUID()}`;
    appendFileSync(GITHUB_OUTPUT, `${name}<<${end}\n${value}\n${end}\n`);
  }
}

if (GITHUB_STEP_SUMMARY) {
  const cell = (text) =>
    String(text)
      .replace(/[\r\n]+/g, ' ')
      .replace(/[&<>|`\\[\]]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const rows = report.shadow_report.results.map(
    ({ name, decision, reason, evidence }) =>
      `| ${cell(name)} | ${cell(decision)} | ${cell(reason)} | ${cell(`${evidence.file}:${evidence.line}`)} |`,
  );
  const open = report.not_analysed.map(
    ({ file, line, what }) => `- ${cell(`${file}:${line}`)}: ${cell(what)}`,
  );
  appendFileSync(
    GITHUB_STEP_SUMMARY,
    [
      `### Thoth policy check: ${report.pass_fail}`,
      '',
      '| Tool | Decision | Reason | Declared |',
      '|---|---|---|---|',
      ...rows,
      ...(open.length > 0 ? ['', 'Not analysed:', '', ...open] : []),
      '',
    ].join('\n'),
  );
}
