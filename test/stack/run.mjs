// npm run stack: compiles the stack together with the product (Node runs no TypeScript) and runs it.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
// Below node_modules, so that packages are found and nothing else looks at it.
const out = join(root, 'node_modules', '.cache', 'verdigris-stack', String(process.pid))
mkdirSync(out, { recursive: true })
const clean = () => rmSync(out, { recursive: true, force: true })
writeFileSync(join(out, 'package.json'), '{ "type": "module", "version": "0.0.0-stack" }\n')
writeFileSync(
  join(out, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: root, outDir: out },
    include: [],
    files: [join(root, 'test', 'stack', 'main.ts')],
  }),
)
for (const folder of ['protos', 'dist']) symlinkSync(join(root, folder), join(out, folder))
const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
const compiled = spawnSync(process.execPath, [join(dirname(typescript), 'bin', 'tsc'), '-p', out], {
  stdio: 'inherit',
})
if (compiled.status !== 0) {
  clean()
  process.exit(compiled.status ?? 1)
}
const child = spawn(process.execPath, [join(out, 'test', 'stack', 'main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, STACK_ROOT: root },
})
// Ctrl-C reaches both: this one waits until the other has cleaned up.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => {
  clean()
  process.exit(code ?? 1)
})
