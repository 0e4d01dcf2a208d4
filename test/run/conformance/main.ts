// `npm run conformance`: the official conformance suites against a server of ours, by itself and behind `thothctl run`.
// Prints a table, and ends with exit 10 when a check that passes on the server itself does not pass through the proxy.
import { BuiltFixture } from './built-fixture.js';
import { losses, score, type Loss } from './checks.js';
import { ConformancePlane } from './plane.js';
import { runSuite, SUITES } from './suite.js';
import { openSurfaces } from './surfaces.js';

delete process.env['NODE_EXTRA_CA_CERTS'];
const fixture = await BuiltFixture.build();
const plane = await ConformancePlane.start(fixture);
const surfaces = await openSurfaces(fixture, plane);
const rows: string[][] = [['Suite', 'Surface', 'Passed', 'Lost']];
const lost: (Loss & { readonly where: string })[] = [];
try {
  for (const suite of SUITES) {
    console.error(`running ${suite.name} …`);
    const direct = await runSuite(suite, surfaces.direct);
    rows.push([suite.name, 'direct', score(direct).join('/'), '']);
    for (const [name, { url }] of surfaces.proxies) {
      const through = await runSuite(suite, url);
      const missed = losses(direct, through);
      rows.push([suite.name, name, score(through).join('/'), String(missed.length)]);
      lost.push(...missed.map((loss) => ({ ...loss, where: `${suite.name}, ${name}` })));
    }
  }
  print(rows);
  for (const [name, proxy] of surfaces.proxies) {
    const decisions = Object.entries(proxy.decisions()).map(([word, count]) => `${count} ${word}`);
    console.log(`decided by the control plane, ${name}: ${decisions.join(', ')}`);
  }
  for (const { where, key, status, message } of lost) {
    console.log(`lost through ${where}: ${key}: ${status}${message === undefined ? '' : ` (${message})`}`);
  }
  if (lost.length > 0) process.exitCode = 10;
} finally {
  await surfaces.stop();
  await plane.remove();
  fixture.remove();
}

function print(table: readonly (readonly string[])[]): void {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
