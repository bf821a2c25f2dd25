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
  'packages/broker/src/machine/**/*.ts',
  'packages/broker/src/replication/**/*.ts',
  'packages/broker/src/handlers/**/*.ts',
  'packages/broker/src/delivery/**/*.ts',
  'packages/broker/src/clients/**/*.ts',
  'packages/broker/src/forwarding/**/*.ts',
  'packages/broker/src/dispatcher.ts',
  'packages/broker/src/replica.ts',
  'packages/namesrv/src/route-table.ts',
  'packages/client/src/allocate-queues.ts',
  'packages/client/src/process-queue.ts',
];
const adapters = [
  'packages/raft/src/system-clock.ts',
  'packages/raft/src/system-random.ts',
  'packages/store/src/node-disk.ts',
  'packages/checker/src/main.ts',
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
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time comes through the Clock port.',
        },
      ],
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
