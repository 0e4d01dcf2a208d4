// `npm run conformance`: the official conformance suites against a server of ours, by itself and behind `thothctl run`.
// Prints a table, and ends with exit 10 when a check that passes on the server itself does not pass through the proxy.
import { differences, losses, score, type Loss } from './checks.js';
import { Rig } from './rig.js';
import { runSuite, SUITES } from './suite.js';

// What we start talks to this machine alone, and would be slower by as much as it takes to load them.
delete process.env['NODE_EXTRA_CA_CERTS'];
const rig = await Rig.open();
const rows: string[][] = [['Suite', 'Surface', 'Passed', 'Lost', 'Different']];
const lost: (Loss & { readonly where: string })[] = [];
try {
  for (const suite of SUITES) {
    console.error(`running ${suite.name} …`);
    const direct = await runSuite(suite, rig.direct);
    rows.push([suite.name, 'direct', score(direct).join('/'), '', '']);
    for (const [name, { url, exempt }] of rig.surfaces) {
      const through = await runSuite(suite, url);
      const missed = losses(direct, through, exempt);
      rows.push([
        suite.name,
        name,
        score(through).join('/'),
        String(missed.length),
        String(differences(direct, through, exempt)),
      ]);
      lost.push(...missed.map((loss) => ({ ...loss, where: `${suite.name}, ${name}` })));
    }
  }
  print(rows);
  for (const [name, { decisions, exempt }] of rig.surfaces) {
    const words = Object.entries(decisions()).map(([word, count]) => `${count} ${word}`);
    console.log(`decided by the control plane, ${name}: ${words.join(', ')}`);
    for (const check of exempt) console.log(`does not apply to ${name}: ${check}`);
  }
  for (const { where, key, status, message } of lost) {
    console.log(`lost through ${where}: ${key}: ${status}${message === undefined ? '' : ` (${message})`}`);
  }
  if (lost.length > 0) process.exitCode = 10;
} finally {
  await rig.close();
}

function print(table: readonly (readonly string[])[]): void {
  const widths = (table[0] ?? []).map((_cell, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table)
    console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
