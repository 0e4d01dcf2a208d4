import { listCommand } from '../../../cli/declare.js';
import { Flags } from '../../../cli/flags.js';
import { BROWSERS, ENROLLMENT_COLUMNS, ENROLLMENT_STATUSES } from '../../../journeys/browser/index.js';

export default listCommand({
  operation: 'listBrowserEnrollments',
  summary: 'List enrolled browsers, disabled ones too',
  flags: {
    provider: Flags.option({ options: BROWSERS, description: 'only this browser' })(),
    status: Flags.option({ options: ENROLLMENT_STATUSES, description: 'only enrollments in this state' })(),
  },
  query: ({ flags }) => ({
    ...(flags.provider && { provider: flags.provider }),
    ...(flags.status && { status: flags.status }),
  }),
  columns: ENROLLMENT_COLUMNS,
  rows: (output) => output.data,
  empty: 'No browsers are enrolled.',
});
