import tseslint from 'typescript-eslint';

const ignores = [
  'node_modules/',
  '.alims/',
  '**/*.generated.ts',
  '**/prisma.generated/',
  'bench/peers/',
  'tests/architecture/planted/',
];

/** Only the three rules that need types and that the formatter's own linter does not have: it does all the rest. */
export default [
  { ignores },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
];
