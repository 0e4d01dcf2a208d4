// `npm run bench [-- startup mcp enforce policy simulate sdk endpoints lists]`: interleaved measurements, ratios, a table and .bench/results.json.
import { endpoints } from './endpoints.js';
import { enforce } from './enforce.js';
import { lists } from './lists.js';
import { mcp } from './mcp.js';
import { policy } from './policy.js';
import { kept, print, save, type Figure } from './report.js';
import { sdk } from './sdk.js';
import { simulate } from './simulate.js';
import { startup } from './startup.js';

const SECTIONS = { startup, mcp, enforce, policy, simulate, sdk, endpoints, lists };

delete process.env['NODE_EXTRA_CA_CERTS'];
const wanted = process.argv.slice(2).filter((name) => name !== '--');
const unknown = wanted.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(`unknown section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`measuring ${name} …`);
  figures.push(...(await measure()));
}
print(figures);
save(figures);
if (!figures.every(kept)) process.exitCode = 10;
