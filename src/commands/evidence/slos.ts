import { showCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default showCommand({
  operation: 'getGovernanceEvidenceSlos',
  summary: 'Measure the quality of the evidence; exit 10 when an objective is missed',
  exitCodes: ['checkFailed'],
  flags: {
    'window-hours': Flags.integer({ description: 'hours to look back (24)', min: 1 }),
    'scan-limit': Flags.integer({ description: 'decisions looked at, the newest (20000)', min: 1 }),
  },
  query: ({ flags }) => ({
    ...(flags['window-hours'] && { window_hours: flags['window-hours'] }),
    ...(flags['scan-limit'] && { scan_limit: flags['scan-limit'] }),
  }),
  exit: (output) => (output.passed ? undefined : 'checkFailed'),
  view: (output) => ({
    kind: 'table',
    columns: [
      { key: 'metric', header: 'METRIC' },
      { key: 'measured', header: 'MEASURED', kind: 'number' },
      { key: 'threshold', header: 'OBJECTIVE', kind: 'number' },
      { key: 'outcome', header: 'OUTCOME', kind: 'state' },
    ],
    rows: Object.entries(output.metrics).map(([metric, measured]) => ({
      metric,
      measured,
      threshold: output.thresholds[metric] ?? null,
      outcome: output.failures.includes(metric) ? 'failed' : metric in output.thresholds ? 'passed' : null,
    })),
  }),
});
