// Bundles what the browser gets into one folder. `npm ci` first, when the lock file has changed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';

const out = process.argv[2] ?? 'target/classes/static/assets';
const installed = 'node_modules/.package-lock.json';
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: 'inherit' });
}
const { build } = await import('esbuild');
mkdirSync(out, { recursive: true });
await build({
  entryPoints: ['src/main/web/theme.ts', 'src/main/web/todoku.ts', 'src/main/web/todoku.css'],
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  chunkNames: 'chunk-[hash]',
  logLevel: 'warning',
  legalComments: 'linked',
});
copyFileSync('src/main/web/icons.svg', `${out}/icons.svg`);
