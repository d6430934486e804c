// Children of the tests run the store as it is built: this builds it once per test file, into a folder of its own.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')

/** Path of the built `store/index.js`. Below node_modules, so that its imports resolve; removed after the tests. */
export function builtStore(): string {
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'verdigris-store-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: join(root, 'src'), outDir: folder },
    include: [],
    files: [join(root, 'src', 'store', 'index.ts')],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [compiler, '-p', join(folder, 'tsconfig.json')], { stdio: 'inherit' })
  return join(folder, 'store', 'index.js')
}
