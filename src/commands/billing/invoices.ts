import { listCommand } from '../../cli/declare.js';
import { Flags } from '../../cli/flags.js';

export default listCommand({
  operation: 'listBillingInvoices',
  summary: 'List invoices, newest first',
  flags: { limit: Flags.integer({ description: 'at most this many', min: 1 }) },
  query: ({ flags }) => (flags.limit ? { limit: flags.limit } : {}),
  columns: [
    { key: 'invoice_id', header: 'INVOICE', kind: 'id' },
    { key: 'period', header: 'PERIOD' },
    { key: 'status', header: 'STATUS', kind: 'state' },
    { key: 'amount_due_usd', header: 'DUE USD', kind: 'number' },
    { key: 'created_at', header: 'CREATED', kind: 'time' },
  ],
  rows: (output) => output.invoices,
  empty: 'No month with usage has ended yet.',
});
