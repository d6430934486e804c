// npm run sim, npm run sim:long: compiles the simulation together with the product (Node runs no TypeScript) and runs it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
// Below node_modules, so that packages are found and nothing else looks at it.
const out = join(root, 'node_modules', '.cache', 'verdigris-sim', String(process.pid))
mkdirSync(out, { recursive: true })
let status = 1
try {
  writeFileSync(join(out, 'package.json'), '{ "type": "module", "version": "0.0.0-sim" }\n')
  writeFileSync(
    join(out, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { noEmit: false, noCheck: true, rootDir: root, outDir: out },
      include: [],
      files: [join(root, 'test', 'sim', 'main.ts')],
    }),
  )
  symlinkSync(join(root, 'protos'), join(out, 'protos'))
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
  const run = (args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
  status = run([join(dirname(typescript), 'bin', 'tsc'), '-p', out])
  if (status === 0) {
    status = run(['--enable-source-maps', join(out, 'test', 'sim', 'main.js'), ...process.argv.slice(2)])
  }
} finally {
  rmSync(out, { recursive: true, force: true })
}
process.exit(status)
