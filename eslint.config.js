import tseslint from 'typescript-eslint';

/** The floors: what each package may import of its siblings. Anything else is an upward or sideways import. */
const floors = {
  protocol: [],
  raft: [],
  checker: [],
  store: ['protocol', 'raft'],
  namesrv: ['protocol'],
  client: ['protocol'],
  broker: ['protocol', 'raft', 'store'],
  cluster: ['broker', 'namesrv'],
  cli: ['protocol', 'client', 'cluster', 'broker', 'namesrv'],
  checker: [],
  simulation: ['protocol', 'raft', 'store', 'namesrv', 'broker', 'client', 'checker'],
};
const packages = Object.keys(floors);

const floorRules = packages.map((name) => ({
  files: [`packages/${name}/src/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: packages
              .filter((other) => other !== name && !floors[name].includes(other))
              .flatMap((other) => [`@ledgermq/${other}`, `@ledgermq/${other}/*`]),
            message: `packages/${name} stands below that package: imports run downward only.`,
          },
          { group: ['**/packages/**', '**/dist/**'], message: 'Reach a package through its exports.' },
        ],
      },
    ],
  },
}));

const clockAndChance = [
  { object: 'Date', property: 'now', message: 'Time comes through the Clock port.' },
  { object: 'performance', property: 'now', message: 'Time comes through the Clock port.' },
  { object: 'Math', property: 'random', message: 'Chance comes through the Random port.' },
  { object: 'process', property: 'env', message: 'Configuration is passed in.' },
  { object: 'process', property: 'hrtime', message: 'Time comes through the Clock port.' },
];
const timersAndIo = ['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
  name,
  message: 'Deciding code has no timers of its own: use the Clock port.',
}));

/** Everything that decides. The few files that touch the outside world are the adapters behind the ports. */
const deciding = [
  'packages/raft/src/**/*.ts',
  'packages/store/src/**/*.ts',
  'packages/checker/src/**/*.ts',
  'packages/protocol/src/net/**/*.ts',
  'packages/namesrv/src/**/*.ts',
  'packages/broker/src/**/*.ts',
  'packages/client/src/**/*.ts',
  'packages/simulation/src/**/*.ts',
];
/** Of these, what reaches the outside world through the ports of protocol/net and of the consensus. */
const networked = deciding.filter((glob) => !/packages\/(raft|store|checker)\//.test(glob));
const adapters = [
  'packages/raft/src/system-clock.ts',
  'packages/raft/src/system-random.ts',
  'packages/store/src/node-disk.ts',
  // Order and measure runs; what happens in them knows virtual time only.
  'packages/simulation/src/world/scheduler.ts',
  'packages/simulation/src/run.ts',
  'packages/simulation/src/stray-rejections.ts',
  'packages/simulation/src/cli/**/*.ts',
  'packages/simulation/src/mutants/**/*.ts',
  'packages/protocol/src/net/node-net.ts',
  'packages/namesrv/src/main.ts',
  'packages/namesrv/src/kv-file.ts',
  'packages/broker/src/main.ts',
  'packages/client/src/node-ports.ts',
  'packages/client/src/local-address.ts',
  'packages/checker/src/main.ts',
];
const noFreshDate = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Time comes through the Clock port.',
};
const noSystemModules = [
  {
    selector: "ImportDeclaration[source.value='node:net'] > ImportSpecifier[imported.name!=/^isIP(v4|v6)?$/]",
    message: 'Sockets come through the Network port.',
  },
  {
    selector:
      'ImportDeclaration[source.value=/^node:(fs|os|timers|perf_hooks|dns|child_process|worker_threads)/]',
    message: 'Files, time and the machine come through ports.',
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/generated/**',
      '**/node_modules/**',
      'scripts/**',
      '**/bin/**',
      '.ledgermq/**',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
    },
  },
  ...floorRules,
  {
    files: deciding,
    ignores: adapters,
    rules: {
      'no-restricted-properties': ['error', ...clockAndChance],
      'no-restricted-globals': ['error', ...timersAndIo],
      'no-restricted-syntax': ['error', noFreshDate],
    },
  },
  {
    files: networked,
    ignores: adapters,
    rules: {
      'no-restricted-properties': [
        'error',
        ...clockAndChance,
        { object: 'process', property: 'pid', message: 'Identity is passed in.' },
      ],
      'no-restricted-syntax': ['error', noFreshDate, ...noSystemModules],
    },
  },
  {
    files: ['packages/raft/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                '@ledgermq/*',
                'node:fs',
                'node:fs/*',
                'node:net',
                'node:timers',
                'node:timers/*',
                'node:os',
              ],
              message: 'The consensus core does no I/O and knows no sibling.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/cli/src/**/*.ts', 'bench/src/**/*.ts', 'jepsen-tests/src/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
