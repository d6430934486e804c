// npm run bench: compiles the benchmarks together with the product (Node runs no TypeScript) and runs them.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
// Below node_modules, so that packages are found and nothing else looks at it.
const out = join(root, 'node_modules', '.cache', 'verdigris-bench')
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
writeFileSync(join(out, 'package.json'), '{ "type": "module", "version": "0.0.0-bench" }\n')
writeFileSync(
  join(out, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { noEmit: false, rootDir: root, outDir: out },
    include: [],
    files: ['main.ts', 'stalled-child.ts'].map((file) => join(root, 'test', 'bench', file)),
  }),
)
for (const folder of ['protos', 'dist', 'examples']) symlinkSync(join(root, folder), join(out, folder))
const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
const run = (args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
const compiled = run([join(dirname(typescript), 'bin', 'tsc'), '-p', out])
if (compiled !== 0) process.exit(compiled)
process.exit(run(['--expose-gc', join(out, 'test', 'bench', 'main.js'), ...process.argv.slice(2)]))
