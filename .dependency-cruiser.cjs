// Who may import whom. This file is the documentation of the house: read a rule as
// "files in FROM must not import files in TO". `npm run lint:imports` checks it.

const layer = (...names) => `^src/(${names.join('|')})/`;

/** Everything a layer may not reach, so that a rule lists what is allowed instead. */
const ALL = [
  'cli',
  'commands',
  'context',
  'contract',
  'engine',
  'evidence',
  'govapi',
  'journeys',
  'output',
  'policy',
  'run',
  'sdk',
  'secret-reference',
  'server',
  'signing',
  'tenant',
];
const only = (from, allowed, why) => ({
  name: `${from}-imports`,
  comment: why,
  severity: 'error',
  from: { path: layer(from) },
  to: { path: layer(...ALL.filter((name) => name !== from && !allowed.includes(name))) },
});

module.exports = {
  forbidden: [
    only('contract', [], 'generated from docs/contract; knows nothing of the product'),
    only('engine', [], 'a decision is a pure function; only data goes in'),
    only('evidence', [], 'client, server and third parties verify with the same code'),
    only('sdk', [], 'imported by other programs; must not drag the command line along'),
    only('output', [], 'a port: it renders what it is handed'),
    only('govapi', ['contract'], 'the typed client knows the contract and nothing else'),
    only('context', ['contract'], 'contexts and credentials; the command wires them to a client'),
    only('policy', ['govapi', 'engine', 'contract'], 'policy as code, engine-independent'),
    only(
      'tenant',
      ['policy', 'govapi', 'engine', 'contract', 'secret-reference'],
      'the declarative tenant file; it holds policy, read and checked as everywhere else',
    ),
    only('run', ['sdk', 'evidence'], 'every surface goes through one SDK instance'),
    only('secret-reference', [], 'the tenant file and a run read secrets by the same references'),
    only('signing', [], 'sender and receiver of a delivery prove its origin with the same code'),
    only(
      'server',
      ['engine', 'evidence', 'contract', 'signing'],
      'the local control plane never imports its clients',
    ),
    only(
      'journeys',
      ALL.filter((name) => name !== 'commands'),
      'flows over several services',
    ),
    only('cli', ['output', 'context', 'govapi', 'contract'], 'what every command shares'),
    {
      name: 'commands-do-no-io',
      comment: 'a command declares flags, calls one service, returns a result: no HTTP, no file system',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: '^(node:)?(http|https|http2|net|tls|fs|fs/promises|child_process|worker_threads)$' },
    },
    {
      name: 'nobody-imports-commands',
      comment: 'commands are leaves; only the generated index loads them',
      severity: 'error',
      from: { pathNot: '^src/(commands|cli/boot)/' },
      to: { path: '^src/commands/' },
    },
    {
      name: 'no-cycles',
      comment: 'a cycle has no first file to read',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/contract/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...['errors', 'json'].map((leaf) => ({
      name: `${leaf}-is-a-leaf`,
      comment: 'everyone may import it',
      severity: 'error',
      from: { path: `^src/${leaf}/` },
      to: { path: `^src/(?!${leaf}/)` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
