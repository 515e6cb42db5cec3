import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'web/dist/', 'coverage/', 'tests/fixtures/'] },
  js.configs.recommended,
  {
    // TypeScript finds undefined names in TypeScript; scripts run in Node or in a page.
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        'process console URL Buffer setTimeout clearTimeout performance fetch Headers Blob File Response TextEncoder TextDecoder AbortController AbortSignal WebAssembly SharedArrayBuffer structuredClone window document navigator self globalThis location addEventListener test expect describe beforeAll afterAll beforeEach afterEach jest it'
          .split(' ')
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: ['**/*.ts'], extends: [tseslint.configs.recommended] },
  {
    rules: {
      'no-unused-vars': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
  },
);
