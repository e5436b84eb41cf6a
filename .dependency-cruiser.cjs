const STORES =
  '(^|node_modules/)(pg|pg-boss|ioredis|bentocache|sqlite-vec|@prisma/client|@prisma/adapter-pg|@qdrant/js-client-rest|@aws-sdk/[^/]+|@tus/[^/]+-store|ollama)(/|$)|^(node:)?sqlite$|/prisma\\.generated/';
const TESTS = '(\\.test\\.ts|\\.e2e\\.ts|\\.contract\\.ts|/tests/|/testing/|\\.memory\\.ts)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-is-pure',
      comment:
        'Decisions take time, ids and facts as arguments, so that they can be tested and replayed: no I/O, no platform but types, errors and units.',
      severity: 'error',
      from: { path: '^subgraphs/[^/]+/domain/', pathNot: TESTS },
      to: {
        dependencyTypesNot: ['type-only'],
        pathNot:
          '^subgraphs/[^/]+/(domain|library)/|^platform/(errors|identity|units)/|/decimal\\.js/|^(node:)?crypto$|^(node:)?path$',
      },
    },
    {
      name: 'only-data-touches-stores',
      comment: 'A store that is reached from one folder can be replaced, and its tenant filter reviewed, in one place.',
      severity: 'error',
      from: { path: '^(subgraphs/[^/]+/(?!data/)|router/|demo/|start/)', pathNot: TESTS },
      to: { path: STORES, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-sideways',
      comment:
        'Subgraphs meet in the schema and in events: any of them can move to a process and a database of its own.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/[^/]+/', pathNot: '^subgraphs/$1/' },
    },
    {
      name: 'platform-knows-nobody',
      comment: 'The platform serves subgraphs that do not exist yet.',
      severity: 'error',
      from: { path: '^platform/', pathNot: TESTS },
      to: { path: '^(subgraphs|router|demo|start|tests|bench|examples)/|^system\\.ts$' },
    },
    {
      name: 'router-knows-no-subgraph',
      comment: 'The router serves any supergraph: ours is only one of them.',
      severity: 'error',
      from: { path: '^router/', pathNot: TESTS },
      to: { path: '^(subgraphs|demo|start|tests)/|^system\\.ts$' },
    },
    {
      name: 'resolvers-ask-services',
      comment: 'A resolver translates; what may be read or changed is decided in a service.',
      severity: 'error',
      from: { path: '^subgraphs/[^/]+/resolvers(\\.ts$|/)' },
      to: { path: '^subgraphs/[^/]+/data/' },
    },
    {
      name: 'no-tests-in-production',
      comment: 'What runs in production must run without the development dependencies.',
      severity: 'error',
      from: { path: '^(platform|router|subgraphs|start|demo)/|^(start|system)\\.ts$', pathNot: TESTS },
      to: { path: `${TESTS}|^tests/` },
    },
    {
      name: 'one-file-knows-opentelemetry',
      comment: 'The SDK takes memory and time to load, so that who does not trace must not have it.',
      severity: 'error',
      from: { path: '^(platform|router|subgraphs|start|demo)/|^(start|system)', pathNot: '^router/telemetry/otlp\\.' },
      to: { path: '(^|node_modules/)@opentelemetry/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'traces-load-on-demand',
      comment: 'Loaded by import() where a collector is named, and nowhere else.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: '^router/telemetry/otlp\\.', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unknown-files',
      comment: 'An import that resolves to nothing fails at run time, on the first request that needs it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.generated/|tests/architecture/planted' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
